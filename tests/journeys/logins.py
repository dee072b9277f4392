"""Somebody with a browser on a host where one signs in, and the messages they get."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test import Client

PASSWORD = "correct horse battery"
NEW = "a-whole-new-password"
HOST = "alder.localhost"


class Browser:
    """
    A browser of one person on one host; `get` and `post` return the last page after redirects.
    """

    def __init__(self, host: str = HOST, **headers: str) -> None:
        self.client, self.host = Client(), host
        self.headers = {"accept-language": "en", **headers}

    def get(self, path: str) -> Any:
        return self.client.get(path, follow=True, headers={"host": self.host, **self.headers})

    def post(self, path: str, **typed: Any) -> Any:
        return self.client.post(
            path, typed, follow=True, headers={"host": self.host, **self.headers}
        )

    def sign_in(self, login: str, password: str = PASSWORD) -> Any:
        return self.post("/account/login/", login=login, password=password)

    def is_in(self, place: str = "/me/security/") -> bool:
        """
        Tell whether the person reaches a page of their own.
        """
        page = self.get(place)
        return page.status_code == 200 and page.request["PATH_INFO"] == place

    def prove(self, password: str = PASSWORD) -> Any:
        """
        Type the password once more, as a page that protects something asks for.
        """
        return self.post("/account/reauthenticate/", password=password, next="/me/security/")


def add_login(email: str, *, schema_name: str = "alder", username: str = "", **fields: Any) -> Any:
    """
    Make a login with a confirmed e-mail.
    """
    from allauth.account.models import EmailAddress

    from mains.guard.context import inside
    from mains.identity.models import User

    with inside(schema_name):
        user = User.objects.create_user(
            email=email, password=PASSWORD, username=username or None, language="en", **fields
        )
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        return user


def messages(kind: str, *, schema_name: str = "alder") -> list[Any]:
    """
    Return the messages of a kind, the latest first.
    """
    from mains.guard.context import inside
    from mains.notifications.models import Message

    with inside(schema_name):
        return list(Message.objects.filter(kind=kind).order_by("-pk"))


def path_in(kind: str, *, schema_name: str = "alder", recipient: str = "") -> str:
    """
    Return the path of the link in the latest message of a kind.
    """
    found = messages(kind, schema_name=schema_name)
    row = next(row for row in found if not recipient or row.recipient == recipient)
    return re.sub(r"^https?://[^/]+", "", row.values["url"])


def row(user: Any, *, schema_name: str = "alder") -> Any:
    """
    Return a login as it is stored now.
    """
    from mains.guard.context import inside
    from mains.identity.models import User

    with inside(schema_name):
        return User.objects.get(pk=user.pk)


def audited(*, schema_name: str = "alder") -> list[str]:
    """
    Return what was written down, oldest first.
    """
    from mains.audit.models import Entry
    from mains.guard.context import inside

    with inside(schema_name):
        return list(Entry.objects.order_by("number").values_list("action", flat=True))


@contextmanager
def second_step_of(email: str) -> Iterator[None]:
    """
    Give a member of staff, who signed in already, a second step for a while.
    """
    from allauth.mfa.models import Authenticator

    from mains.guard.context import PUBLIC, inside

    add_second_step(email, schema_name=PUBLIC)
    yield
    with inside(PUBLIC):
        Authenticator.objects.filter(user__email=email).delete()


def add_second_step(email: str, *, schema_name: str = "alder") -> None:
    """
    Give a login a second step that nobody can compute the codes of.
    """
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import generate_totp_secret

    from mains.guard.context import inside
    from mains.identity.models import User

    with inside(schema_name):
        user = User.objects.get(email=email)
        secret = get_adapter().encrypt(generate_totp_secret())
        Authenticator.objects.create(
            user=user, type=Authenticator.Type.TOTP, data={"secret": secret}
        )
