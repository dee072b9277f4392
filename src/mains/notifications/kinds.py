"""Every message that Mains sends: its name, and which flat values its texts may use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """
    `link` names the value behind the one button; `brand_only` values come from the tenant.
    """

    name: str
    values: frozenset[str]
    link: str | None = None


def _kind(name: str, *values: str, link: str | None = None) -> Kind:
    return Kind(name, frozenset(values), link)


KINDS = {
    kind.name: kind
    for kind in (
        _kind("confirm-sign-up", "name", "url", "hours", link="url"),
        _kind("already-registered", "url", link="url"),
        _kind("welcome", "name", "url", link="url"),
        _kind("account-linked", "account", "email"),
        _kind("sign-in-code", "code"),
        _kind("password-reset", "url", link="url"),
        _kind("account-notice", "text"),
        _kind(
            "bill-issued",
            "name",
            "number",
            "amount",
            "due",
            "account",
            "url",
            "collection",
            link="url",
        ),
        _kind("payment-received", "amount", "number", "account", "when", "reference"),
        _kind("reading-received", "value", "meter", "reference", "account"),
        _kind("provider-ready", "name", "url", "console", link="console"),
        _kind("provider-confirm", "name", "url", link="url"),
    )
}
