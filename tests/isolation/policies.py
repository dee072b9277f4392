"""Who may call what: one line for every route of every host.

A route without a line fails `test_authorization.py`, and so does a line without a route. What a
policy means for each kind of caller stands in `EXPECTED`; `{...}` in an address is an object of
Anna's, customer of alder.
"""

from dataclasses import dataclass

from tests.isolation.api_policies import API, FORM, KEPT, READ, SEND, Lines
from tests.isolation.console_policies import DESK

# How a request ends, as far as rights are concerned.
OPEN, SIGN_IN, FORBIDDEN, MISSING = "open", "sign in", "forbidden", "missing"

# Who calls. On the portal: `delegate` may see Anna's account and nothing else, `other` has another
# account in the same tenant, `abroad` is a customer of another tenant, `staff` holds a session of
# the console. On the console and in the back office: `customer` holds a session of the portal,
# `abroad` works for another provider.
ON_PORTAL = ("visitor", "holder", "delegate", "other", "abroad", "staff")
ON_CONSOLE = ("visitor", "customer", "owner", "billing", "service", "abroad", "nobody", "platform")
ON_ADMIN = ("visitor", "customer", "owner", "service", "nobody", "platform")
ON_PUBLIC = ("visitor", "customer", "owner", "platform")
CALLERS = {
    "portal": ON_PORTAL,
    "console": ON_CONSOLE,
    "admin": ON_ADMIN,
    "platform": ON_PUBLIC,
    "cards": ON_PUBLIC,
    "outbox": ON_PUBLIC,
}
CUSTOMERS = {"holder", "delegate", "other"}
STAFF = {"owner", "billing", "service", "abroad", "nobody", "platform"}


@dataclass(frozen=True, slots=True)
class Policy:
    """
    What those in `inside` get, what signed-in others get, and what everybody else gets.
    """

    inside: frozenset[str]
    known: str
    unknown: str
    # Those of `known` who get something else: a role of the same tenant without the right.
    but: tuple[tuple[str, str], ...] = ()

    def expected(self, caller: str, *, surface: str) -> str:
        """
        Return how a request of a caller has to end.
        """
        if "everybody" in self.inside or caller in self.inside:
            return OPEN
        known = CUSTOMERS if surface == "portal" else STAFF
        return dict(self.but).get(caller, self.known if caller in known else self.unknown)


def _policy(*inside: str, known: str = OPEN, unknown: str = SIGN_IN, **but: str) -> Policy:
    return Policy(frozenset(inside), known, unknown, tuple(but.items()))


EXPECTED = {
    # Everybody, signed in or not.
    "anyone": _policy("everybody"),
    # A step of signing in: it may lead to the sign-in page, whoever asks.
    "way in": _policy("everybody"),
    # There is no such page, or only for whoever holds a secret that none of these callers has.
    "nobody": _policy(known=MISSING, unknown=MISSING),
    # The same, and visitors are asked to sign in first.
    "nobody here": _policy(known=MISSING),
    # Whoever is signed in on this host, about their own login.
    "login": _policy(),
    # Somebody in the middle of signing in, and nobody else: visitors begin at the beginning.
    "halfway": _policy(),
    # A customer of this tenant; what is shown hangs on their own accounts.
    "customer": _policy(*CUSTOMERS),
    # An object of one customer: for others of the same tenant it does not exist.
    "holder": _policy("holder", known=MISSING, delegate=FORBIDDEN),
    # The same, also for those with whom it is shared.
    "who sees it": _policy("holder", "delegate", known=MISSING),
    # The same, and for whom it is shared without its readings it does not exist.
    "who may read it": _policy("holder", known=MISSING),
    # API: no session counts, only a token of this tenant.
    "token": _policy(*CUSTOMERS),
    "token of the holder": _policy("holder", known=MISSING, delegate=FORBIDDEN),
    "token of who may read it": _policy("holder", known=MISSING),
    # An object that only its owner's token opens; this one is another login's.
    "token of nobody here": _policy(known=MISSING),
    "token of who sees it": _policy("holder", "delegate", known=MISSING),
    # The console: roles in the tenant of the address.
    "every role": _policy("owner", "billing", "service", known=MISSING),
    "billing": _policy("owner", "billing", known=MISSING, service=FORBIDDEN),
    # The same, and there is nothing of the kind.
    "billing's nothing": _policy(known=MISSING, service=FORBIDDEN),
    "owners": _policy("owner", known=MISSING, service=FORBIDDEN, billing=FORBIDDEN),
    # A support view that a member of the service began.
    "owners and who began it": _policy("owner", "service", known=MISSING, billing=FORBIDDEN),
    "owners' nothing": _policy(known=MISSING, service=FORBIDDEN, billing=FORBIDDEN),
    # The back office.
    "platform": _policy("platform", known=MISSING),
    # Whom it names does not work for the platform.
    "platform's nothing": _policy(known=MISSING),
}

LOOK: Lines = {"brand/<str:version>.css": ("anyone", READ)}
# Signing in, getting back in and what protects a login: the same on three hosts.
ACCOUNT: Lines = {
    "account/login/": ("anyone", KEPT),
    "account/logout/": ("anyone", KEPT),
    "account/inactive/": ("anyone", KEPT),
    "account/reauthenticate/": ("login", KEPT),
    # Only in the middle of signing in; everybody else is sent away.
    "account/confirm-email/": ("halfway", KEPT),
    "account/2fa/authenticate/": ("halfway", KEPT),
    "account/2fa/": ("login", KEPT),
    "account/2fa/reauthenticate/": ("login", KEPT),
    "account/2fa/totp/activate/": ("login", KEPT),
    "account/2fa/totp/deactivate/": ("login", KEPT),
    "account/2fa/recovery-codes/": ("login", KEPT),
    "account/2fa/recovery-codes/generate/": ("login", KEPT),
    "account/2fa/recovery-codes/download/": ("login", KEPT),
    "account/2fa/webauthn/": ("login", KEPT),
    "account/2fa/webauthn/add/": ("login", KEPT),
    "account/2fa/webauthn/reauthenticate/": ("login", KEPT),
    "account/2fa/webauthn/login/": ("way in", KEPT),
    "account/2fa/webauthn/keys/<int:pk>/remove/": ("nobody here", KEPT),
    "account/2fa/webauthn/keys/<int:pk>/edit/": ("nobody here", KEPT),
    "account/password/reset/": ("anyone", FORM),
    "account/password/reset/sent/": ("anyone", READ),
    "account/password/reset/<str:token>/": ("anyone", FORM),
    "account/link/": ("anyone", FORM),
    "account/link/sent/": ("anyone", READ),
    "account/link/<str:token>/": ("anyone", FORM),
    "account/email/<str:token>/": ("nobody", FORM),
    "account/signup/": ("nobody", FORM),
    "account/email/": ("nobody", FORM),
    "account/password/change/": ("nobody", FORM),
    "account/password/set/": ("nobody", FORM),
    "account/sessions/": ("nobody", FORM),
    "me/security/": ("login", READ),
    "me/security/password/": ("login", FORM),
    "me/security/sessions/": ("login", FORM),
    "me/details/": ("login", FORM),
    "me/email/": ("login", FORM),
}
PORTAL: Lines = {
    **LOOK,
    **ACCOUNT,
    "brand/logo/<str:name>": ("nobody", READ),
    # Nobody signed this one.
    "files/<str:token>": ("nobody", READ),
    "": ("anyone", READ),
    "me/": ("customer", READ),
    "me/access/": ("customer", READ),
    "me/data/": ("customer", FORM),
    # An archive is nobody's but its owner's; this one is another login's.
    "me/data/<int:job_id>/": ("nobody here", READ),
    "me/data/paper/<int:account_id>/": ("who sees it", SEND),
    # This tenant sends no news.
    "me/data/news/": ("nobody here", SEND),
    "me/close/": ("customer", FORM),
    "me/closed/": ("anyone", READ),
    "me/terms/": ("customer", FORM),
    "me/terms/decline/": ("customer", SEND),
    "me/terms/declined/": ("anyone", READ),
    "help/": ("anyone", READ),
    "legal/<slug:kind>/": ("anyone", READ),
    "specimen/<slug:company>/<slug:spoken>/<str:facts>.png": ("anyone", READ),
    "specimen/<slug:company>/<slug:spoken>/<str:facts>.pdf": ("anyone", READ),
    "join/": ("anyone", READ),
    "join/type/": ("anyone", FORM),
    "join/company/": ("anyone", FORM),
    "join/details/": ("anyone", FORM),
    "join/code/": ("anyone", FORM),
    "join/letter/": ("anyone", FORM),
    "join/you/": ("anyone", FORM),
    "join/sent/": ("anyone", FORM),
    "join/later/": ("anyone", SEND),
    "join/saved/": ("anyone", READ),
    "join/resume/<str:token>/": ("anyone", READ),
    "join/invitation/<str:token>/": ("anyone", FORM),
    "join/<str:token>/": ("anyone", FORM),
    "accounts/": ("customer", READ),
    "accounts/link/": ("customer", FORM),
    "accounts/link/code/": ("customer", FORM),
    "accounts/<int:account_id>/contracts/": ("holder", READ),
    "accounts/<int:account_id>/delivery/": ("holder", FORM),
    "accounts/delivery/<str:token>/": ("anyone", FORM),
    "accounts/<int:account_id>/unlink/": ("who sees it", FORM),
    "accounts/<int:account_id>/people/": ("holder", READ),
    "accounts/<int:account_id>/people/new/": ("holder", FORM),
    "accounts/<int:account_id>/people/<int:link_id>/": ("holder", FORM),
    "accounts/<int:account_id>/people/<int:link_id>/end/": ("holder", FORM),
    "accounts/<int:account_id>/people/invitations/<int:invitation_id>/withdraw/": ("holder", SEND),
    "bills/": ("customer", READ),
    "bills/<int:bill_id>/": ("who sees it", READ),
    "bills/<int:bill_id>/bill.pdf": ("holder", READ),
    "bills/<int:bill_id>/reminder.pdf": ("holder", READ),
    # Nothing is paid in parts.
    "bills/<int:bill_id>/parts.pdf": ("nobody here", READ),
    "bills/<int:bill_id>/proof.json": ("holder", READ),
    "bills/<int:bill_id>/as/<slug:document>/": ("holder", READ),
    "bills/<int:bill_id>/instalments/": ("holder", SEND),
    "bills/<int:bill_id>/pay-instead/": ("holder", FORM),
    "bills/<int:bill_id>/stop/": ("holder", SEND),
    "bills/<int:bill_id>/go-on/": ("holder", SEND),
    "bills/downloads/": ("customer", READ),
    "bills/downloads/new/": ("customer", FORM),
    # A file is nobody's but its owner's; this one is another login's.
    "bills/downloads/<str:name>/": ("nobody here", READ),
    "bills/downloads/<str:name>/file": ("nobody here", READ),
    "bills/downloads/<str:name>/again/": ("nobody here", SEND),
    "bills/next/": ("customer", READ),
    "bills/due/": ("customer", READ),
    # Without an account it leads back to the choice.
    "bills/due/confirm/": ("customer", FORM),
    "bills/due/<int:document_id>/": ("holder", READ),
    "bills/due/<int:document_id>/bills-due.pdf": ("holder", READ),
    # Guests pay a bill that they proved; which bills are theirs is tested by what is written.
    "find/": ("anyone", FORM),
    "find/cpr/": ("anyone", FORM),
    # Nobody here has the code of a link.
    "p/<str:code>": ("nobody", FORM),
    "pay/": ("anyone", READ),
    "pay/start/": ("anyone", FORM),
    "pay/onward/<str:token>/": ("nobody", READ),
    "pay/transfer/<str:token>/": ("nobody", READ),
    "pay/result/<str:token>/": ("nobody", READ),
    "payments/": ("customer", READ),
    "payments/statement/": ("customer", READ),
    "payments/statement/statement.<slug:suffix>": ("customer", READ),
    "payments/certificate/<int:account_id>/certificate.pdf": ("holder", READ),
    "payments/report/": ("customer", READ),
    "payments/report/twelve-months.<slug:suffix>": ("customer", READ),
    # Nobody signed this number.
    "check/<str:code>": ("nobody", READ),
    "autopay/": ("nobody here", READ),
    "autopay/<int:account_id>/": ("nobody here", FORM),
    "autopay/<int:account_id>/debit/": ("nobody here", FORM),
    "autopay/<int:account_id>/change/": ("nobody here", SEND),
    "autopay/back/<str:reference>/": ("nobody here", READ),
    "readings/": ("customer", FORM),
    "readings/sent/": ("customer", READ),
    "readings/<int:reading_id>/photo.jpg": ("who may read it", READ),
    "readings/many/": ("customer", FORM),
    "readings/many/list.<slug:suffix>": ("customer", READ),
    "readings/many/check/": ("customer", FORM),
    "readings/many/sent/": ("customer", READ),
    "usage/": ("customer", READ),
    "usage/use.<slug:suffix>": ("customer", READ),
    # None of these callers has a meter that sends interval values.
    "usage/intervals.<slug:suffix>": ("nobody here", READ),
    "usage/green-button.xml": ("customer", READ),
    "usage/audit/": ("customer", READ),
    "readings/reminder/": ("customer", SEND),
    # When readings are wanted says the front door as well.
    "readings/calendar/<slug:service>.ics": ("anyone", READ),
    # This tenant takes readings from those who have signed in.
    "readings/guest/": ("nobody", FORM),
    "readings/guest/code/": ("nobody", FORM),
    "readings/guest/enter/": ("nobody", FORM),
    # Whoever proved nothing is led to proving, and a link that nobody asked for is over.
    "readings/guest/tell/": ("nobody", FORM),
    "readings/guest/tell/<str:token>/": ("anyone", FORM),
    # Whoever sent nothing is led home, and a link that nobody signed is over.
    "readings/guest/sent/": ("anyone", READ),
    "read/<str:token>/": ("anyone", FORM),
    # Whoever has no card finds nothing here.
    "card/": ("anyone", FORM),
    "card/<str:code>/": ("anyone", FORM),
    # The script that opens the page for readings without a network.
    "sw.js": ("anyone", READ),
    # A token of the console opens a view, and whoever has none ends none.
    "support/": ("anyone", SEND),
    "support/end/": ("anyone", SEND),
    # A gateway signs what it sends; without its signature nothing is taken.
    "webhooks/<slug:kind>/<slug:company>/": ("anyone", SEND),
    "webhooks/mail/bounces/": ("anyone", SEND),
}
CONSOLE: Lines = {
    **LOOK,
    **ACCOUNT,
    "": ("login", READ),
    "me/": ("anyone", KEPT),
    "welcome/<str:token>/": ("nobody", FORM),
    # An invitation of a colleague that nobody sent: it has ended, for everybody alike.
    "invited/<str:token>/": ("anyone", FORM),
}

ADMIN: Lines = {
    **LOOK,
    **ACCOUNT,
    "me/": ("anyone", KEPT),
    "invited/<str:token>/": ("anyone", FORM),
    "": ("platform", READ),
    "tenants/<slug:schema_name>/": ("platform", FORM),
    "colleagues/": ("platform", FORM),
    "colleagues/<int:user_id>/remove/": ("platform's nothing", SEND),
    "colleagues/invitations/<int:invitation_id>/revoke/": ("platform", SEND),
    "applications/": ("platform", READ),
    "applications/<int:application_id>/again/": ("platform", SEND),
}
PUBLIC: Lines = {
    **LOOK,
    "": ("anyone", READ),
    "sign-up/": ("anyone", FORM),
    "sign-up/<str:token>/": ("nobody", READ),
}
# A demo's visitor takes the pretend gateway down for a while; no money of anybody is there.
CARDS: Lines = {
    **LOOK,
    "": ("anyone", FORM),
    "pay/<str:token>/": ("nobody", FORM),
    "pay/<str:token>/bank/": ("nobody", FORM),
}
# Only the demo has this host: it shows every message to whoever asks.
OUTBOX: Lines = {
    **LOOK,
    "<slug:slug>/": ("anyone", READ),
    "<slug:slug>/<int:message_id>/": ("anyone", READ),
}
TABLE: dict[str, Lines] = {
    "portal": {**PORTAL, **API},
    "console": {**CONSOLE, **{f"<slug:tenant>/{place}": line for place, line in DESK.items()}},
    "admin": ADMIN,
    "platform": PUBLIC,
    "cards": CARDS,
    "outbox": OUTBOX,
}
# Where one method has another policy than the rest of its route. Signing in needs no token; a
# reading and a payment name an object of Anna's in their body.
METHODS: dict[tuple[str, str], str] = {
    ("api/v1/tokens", "POST"): "anyone",
    ("api/v1/readings", "POST"): "token of who may read it",
    ("api/v1/payments", "POST"): "token of the holder",
}
# A login is a login: on the pages about it roles make no difference, so two of them suffice.
LOGINS = ("visitor", "customer", "owner", "platform")


def callers_of(surface: str, route: str) -> tuple[str, ...]:
    """
    Return who is tried on a route.
    """
    everyone = CALLERS[surface]
    if surface == "portal" or route not in ACCOUNT:
        return everyone
    return tuple(caller for caller in everyone if caller in LOGINS)


PROBES = ("healthz", "readyz", "metrics")
