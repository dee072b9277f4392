"""What leaves for Sentry names a fault, never a person."""

from mains.config import sentry

PLANTED = {
    "mail": "ilze@example.com",
    "iban": "LV80BANK0000435195001",
    "card": "4242 4242 4242 4242",
    "token": "x" * 40,
}


def event() -> dict:
    return {
        "message": f"{PLANTED['mail']} paid with {PLANTED['card']} from {PLANTED['iban']}",
        "request": {
            "method": "POST",
            "url": f"http://balta.localhost/join/{PLANTED['token']}/",
            "data": {"password": "secret"},
            "cookies": "sessionid=1",
            "headers": {"Authorization": "Bearer x"},
        },
        "user": {"email": PLANTED["mail"]},
        "extra": {"iban": PLANTED["iban"]},
        "exception": {"values": [{"type": "Boom", "value": PLANTED["mail"]}]},
    }


def test_nothing_personal_leaves():
    sent = repr(sentry.scrub(event(), {}))

    assert not [name for name, value in PLANTED.items() if value in sent]
    assert "secret" not in sent
    assert "Bearer" not in sent
    assert "Boom" in sent


def test_without_the_scrubber_all_of_it_would():
    assert all(value in repr(event()) for value in PLANTED.values())


def test_the_tenant_is_told():
    assert sentry.scrub(event(), {})["tags"]["tenant"] == "none"
