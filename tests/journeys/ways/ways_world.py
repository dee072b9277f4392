"""What an owner types about ways to pay, and what is published then."""

from typing import Any

from tests.journeys import console_world as world

PLACE = "settings/payments/"
KEY, NEXT_KEY = "sk_test_0123456789abcdef", "sk_test_fedcba9876543210"
LIVE_KEY = "sk_live_0123456789abcdef"
HOOK, NEXT_HOOK = "whsec_0123456789abcdef", "whsec_fedcba9876543210"
OWNERS = ("olga@alder.example", "otto@alder.example")


def file_of_balta(*, second_owner: tuple[str, ...] = ()) -> Any:
    from mains.tenancy.tenantfile.approvals import Approvals

    approvals = Approvals(second_owner=second_owner)
    return world.tenant_file("alder", "balta", approvals=approvals)


def publish(file: Any) -> None:
    from mains.journeys import configure
    from mains.tenancy import queries

    configure.publish(file=file, author="tests", approved=True, now=world.NOW)
    queries.forget()


def with_transfer(file: Any) -> Any:
    from mains.tenancy.tenantfile.money import Gateway, GatewayKind

    transfer = Gateway(kind=GatewayKind.BANK_TRANSFER, label={"lv": "Pārskaitījums"})
    payments = file.payments.model_copy(update={"gateways": (*file.payments.gateways, transfer)})
    return file.model_copy(update={"payments": payments})


def tenant_now() -> Any:
    from mains.tenancy import queries

    queries.forget()
    return queries.tenant("alder")


def ways() -> Any:
    return tenant_now().file.payments.gateways


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "label-lv": "Karte", "label-en": "Card", "key": KEY, "percent": "1,5", "fixed": "0.25",
        "available": "on",
    } | changes  # fmt: skip


def of_now(**changes: Any) -> dict[str, Any]:
    return {"based_on": tenant_now().version} | changes


def add(desk: world.Desk, **changes: Any) -> int:
    before = len(ways())
    response = desk.post(f"{PLACE}new/stripe/", of_now() | typed(**changes))
    assert response.status_code == 302, response.content.decode()
    assert len(ways()) == before + 1
    return before + 1
