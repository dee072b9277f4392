"""Every message that Mains sends: its name, and which flat values its texts may use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """
    `link` names the value behind the one button.

    What a `secret` message holds lets its reader in: staff never see it, and its values are
    forgotten once a mail server has it. A `last` message is to somebody who is being forgotten, so
    its address is too once it is sent.
    """

    name: str
    values: frozenset[str]
    link: str | None = None
    secret: bool = False
    last: bool = False


def _kind(
    name: str, *values: str, link: str | None = None, secret: bool = False, last: bool = False
) -> Kind:
    return Kind(name, frozenset(values), link, secret, last)


KINDS = {
    kind.name: kind
    for kind in (
        _kind("confirm-sign-up", "name", "url", "hours", link="url", secret=True),
        _kind("already-registered", "url", link="url"),
        _kind("welcome", "name", "url", link="url"),
        _kind("account-linked", "account", "email"),
        _kind("account-unlinked", "account", "email"),
        _kind("delivery-changed", "what", "account", "email", "paper", "day"),
        _kind("email-came-back", "account", "email"),
        _kind("mandate-ended", "what", "account"),
        _kind("delivery-address", "account", "url", "hours", link="url", secret=True),
        _kind("contact-code", "code", "minutes", secret=True),
        _kind("contact-letter", "code", "days"),
        _kind("spray-alarm", "limit"),
        _kind("invitation", "account", "url", "days", link="url", secret=True),
        _kind(
            "accounts-invitation",
            "count",
            "authority",
            "until",
            "url",
            "days",
            link="url",
            secret=True,
        ),
        _kind("accounts-attached", "count", "authority", "until", "url", link="url"),
        _kind("authority-given", "account", "others", "email", "authority", "until"),
        _kind("authority-changed", "what", "account", "others", "email", "until"),
        _kind(
            "access-invitation",
            "giver",
            "account",
            "read",
            "pay",
            "until",
            "url",
            "days",
            link="url",
            secret=True,
        ),
        _kind("access-notice", "what", "account", "email", "read", "pay", "until"),
        _kind("sign-up-saved", "url", "hours", link="url", secret=True),
        _kind("sign-in-code", "code", secret=True),
        _kind("sign-in-link", "url", "minutes", link="url", secret=True),
        _kind("password-reset", "url", "minutes", link="url", secret=True),
        _kind("temporary-password", "login", "password", "hours", "url", link="url", secret=True),
        _kind("no-login-here", "url", link="url"),
        _kind("recovery-not-proven", "url", link="url"),
        _kind("security-notice", "what", "url", link="url"),
        _kind("email-change-old", "new", "url", "hours", link="url", secret=True),
        _kind("email-change-new", "url", "hours", link="url", secret=True),
        _kind("email-changed", "new", "url", "until", link="url", secret=True),
        _kind("reading-asked-again", "meter", "value", "day", "url", link="url"),
        _kind("reading-due", "services", "day", "last", "estimate", "total", "url", link="url"),
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
        _kind("payment-reminder", "number", "amount", "due", "account", "last", "url", link="url"),
        _kind(
            "collection-announced",
            "number",
            "amount",
            "day",
            "account",
            "source",
            "again",
            "mandate",
            "creditor",
            "url",
            link="url",
        ),
        _kind("collection-held", "number", "amount", "account", "why", "url", link="url"),
        _kind(
            "mandate-given",
            "account",
            "holder",
            "source",
            "mandate",
            "creditor",
            "company",
            "limit",
            "days",
            "url",
            link="url",
        ),
        _kind("tariff-changed", "account", "tariff", "day", "changes", "url", link="url"),
        _kind("bill-credited", "name", "number", "note", "amount", "account"),
        _kind("payment-received", "amount", "number", "account", "when", "reference"),
        _kind("payment-refunded", "amount", "number", "account", "when", "reference"),
        _kind("reading-received", "value", "meter", "reference", "account"),
        _kind("reading-by-guest", "account", "url", link="url"),
        _kind("reading-link", "account", "url", "until", link="url", secret=True),
        _kind("reading-open-confirm", "url", link="url", secret=True, last=True),
        _kind("reading-open", "url", link="url", last=True),
        _kind("data-ready", "url", "days", link="url"),
        _kind("bills-ready", "url", "days", link="url"),
        _kind("login-closed", last=True),
        _kind("erasure-refused", "why"),
        _kind("provider-ready", "name", "url", "console", link="console"),
        _kind("staff-invitation", "place", "role", "url", "days", link="url", secret=True),
        _kind("approval-asked", "deed", "place", "who", "note", "url", "days", link="url"),
        _kind("approval-decided", "deed", "place", "state", "reason", "url", link="url"),
        _kind("provider-confirm", "name", "url", link="url"),
    )
}
