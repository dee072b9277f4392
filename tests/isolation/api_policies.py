"""Who may call what of the API; what a policy means stands in `policies.EXPECTED`."""

READ, FORM, SEND, CHANGE = "GET", "GET POST", "POST", "PUT DELETE"
# allauth's own views answer whatever method they like; who asks is what counts.
KEPT = "*"
type Lines = dict[str, tuple[str, str]]

API: Lines = {
    "api/v1/openapi.yaml": ("anyone", READ),
    "api/v1/docs/": ("anyone", READ),
    "api/v1/tokens": ("token", "POST DELETE"),
    "api/v1/me": ("token", "GET PATCH"),
    "api/v1/me/password": ("token", SEND),
    "api/v1/me/sessions": ("token", "DELETE"),
    "api/v1/accounts": ("token", READ),
    "api/v1/accounts/links": ("token", SEND),
    "api/v1/accounts/links/code": ("token", SEND),
    "api/v1/accounts/<str:account_id>/link": ("token of who sees it", "DELETE"),
    "api/v1/accounts/<str:account_id>/delivery": ("token of the holder", "GET PUT"),
    "api/v1/accounts/<str:account_id>/statement": ("token of the holder", READ),
    "api/v1/accounts/<str:account_id>/standing": ("token of the holder", READ),
    "api/v1/accounts/<str:account_id>/autopay": ("token of the holder", "GET POST PATCH DELETE"),
    "api/v1/accounts/<str:account_id>/people": ("token of the holder", FORM),
    "api/v1/accounts/<str:account_id>/people/<str:person_id>": ("token of the holder", CHANGE),
    "api/v1/accounts/<str:account_id>/access-log": ("token of the holder", READ),
    "api/v1/invitations": ("token", SEND),
    "api/v1/bills": ("token", READ),
    "api/v1/bills/<str:bill_id>": ("token of who sees it", READ),
    "api/v1/bills/<str:bill_id>/explanation": ("token of who may read it", READ),
    "api/v1/bills/<str:bill_id>/documents/<slug:document>": ("token of who may read it", READ),
    "api/v1/registers": ("token", READ),
    "api/v1/readings": ("token", FORM),
    # Each answers for itself: a register of somebody else is one that there is not.
    "api/v1/readings/batch": ("token", SEND),
    "api/v1/consumption": ("token", READ),
    "api/v1/next-bills": ("token", READ),
    "api/v1/consumption/intervals": ("token", READ),
    "api/v1/consumption/green-button": ("token", READ),
    "api/v1/consumption/audit": ("token", READ),
    "api/v1/guest-readings": ("anyone", SEND),
    "api/v1/guest-readings/proofs": ("anyone", SEND),
    "api/v1/guest-readings/proofs/code": ("anyone", SEND),
    "api/v1/payments": ("token", SEND),
    "api/v1/payments/ways": ("token", READ),
    "api/v1/payment-report": ("token", READ),
    "api/v1/bill-downloads": ("token", FORM),
    "api/v1/bill-downloads/<str:download_id>": ("token of nobody here", READ),
    "api/v1/payment-documents": ("token", FORM),
    "api/v1/payment-documents/<str:document_id>": ("token of the holder", READ),
}
