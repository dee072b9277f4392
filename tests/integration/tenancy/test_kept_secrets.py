"""Keys that owners type are kept sealed, and only their own tenant's configuration reaches them."""

from datetime import UTC, datetime

import pytest
from tests.factories import utilities

from mains.core.sealing import CannotOpen, NoMasterKey
from mains.guard.context import PUBLIC, inside
from mains.payments.gateways.base import GatewayUnavailable
from mains.payments.merchants import UNNAMED, merchant
from mains.tenancy import queries, secrets
from mains.tenancy.models import KeptSecret
from mains.tenancy.tenantfile import TenantFileError, parse
from mains.tenancy.tenantfile.money import Payments

pytestmark = pytest.mark.usefixtures("tenant")
NOW = datetime(2026, 11, 4, 9, tzinfo=UTC)
KEY, NEXT = "sk_live_0123456789abcdef", "sk_live_fedcba9876543210"


def kept(value=KEY, *, schema_name="alder"):
    found = secrets.keep(
        schema_name=schema_name, kind="bank_transfer", value=value, author="olga", now=NOW
    )
    queries.forget()
    return found


def info(schema_name="alder"):
    return queries.tenant(schema_name)


@pytest.fixture(autouse=True)
def alder(tenant):
    utilities.configured("balta")


def test_it_is_found_again_by_its_place_and_stands_nowhere():
    place = kept(f"  {KEY}\n")
    assert place.startswith("kept:bank-transfer-")
    assert secrets.secret_at(place, tenant=info()) == KEY
    assert secrets.last_four(place, tenant=info()) == "cdef"
    assert KEY not in repr(info())
    with inside(PUBLIC):
        row = KeptSecret.objects.get()
    assert KEY.encode() not in bytes(row.sealed) + bytes(row.sealed_key)


def test_a_later_one_leaves_the_earlier_where_it_was():
    first, second = kept(), kept(NEXT)
    found = [secrets.secret_at(place, tenant=info()) for place in (first, second)]
    assert found == [KEY, NEXT]


def test_another_tenant_that_names_it_has_nothing():
    place = kept()
    utilities.configured("balta", schema_name="birch")
    with pytest.raises(secrets.SecretMissing):
        secrets.secret_at(place, tenant=info("birch"))
    assert secrets.last_four(place, tenant=info("birch")) == ""


def test_a_row_that_is_moved_to_another_tenant_opens_nothing():
    place = kept()
    utilities.configured("balta", schema_name="birch")
    with inside(PUBLIC):
        KeptSecret.objects.update(tenant_id=info("birch").id)
    queries.forget()
    with pytest.raises(secrets.SecretMissing):
        secrets.secret_at(place, tenant=info("birch"))


def test_what_is_no_key_is_refused():
    with pytest.raises(secrets.TooShort):
        kept("  12345678901  ")
    assert secrets.secret_at(kept("123456789012"), tenant=info()) == "123456789012"


def test_a_gateway_gets_what_the_file_names_and_waits_while_nothing_opens_it(settings):
    place = kept()
    file = info().file.model_dump(mode="json")
    file["payments"]["gateways"] = [
        {"kind": "stripe", "label": {"en": "Card"}, "secret": place, "webhook_secrets": [place]}
    ]
    payments = Payments.model_validate(file["payments"])
    tenant = utilities.configured("balta", payments=payments)
    found = merchant(tenant=tenant, kind="stripe", company="balta", account=UNNAMED)
    assert (found.secret, found.webhook_secrets) == (KEY, (KEY,))
    settings.MASTER_KEYS = ()
    with pytest.raises(GatewayUnavailable):
        merchant(tenant=tenant, kind="stripe", company="balta", account=UNNAMED)


def test_the_file_names_places_only():
    file = info().file.model_dump(mode="json")
    file["payments"]["gateways"][0]["secret"] = KEY
    with pytest.raises(TenantFileError):
        parse(file, source="alder")


def test_sealed_again_all_open_with_the_new_key_alone(settings):
    places, old = [kept(), kept(NEXT)], settings.MASTER_KEYS[0]
    settings.MASTER_KEYS = ("new" + "0" * 40, old)
    assert secrets.seal_all_again() == secrets.seal_all_again() == 2
    settings.MASTER_KEYS = settings.MASTER_KEYS[:1]
    queries.forget()
    assert [secrets.secret_at(place, tenant=info()) for place in places] == [KEY, NEXT]


def test_control_what_was_not_sealed_again_is_lost_with_its_key(settings):
    place = kept()
    settings.MASTER_KEYS = ("new" + "0" * 40,)
    with pytest.raises(secrets.SecretMissing):
        secrets.secret_at(place, tenant=info())
    with pytest.raises(CannotOpen):
        secrets.seal_all_again()
    settings.MASTER_KEYS = ()
    with pytest.raises(NoMasterKey):
        secrets.seal_all_again()
