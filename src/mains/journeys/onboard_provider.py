"""
A provider signs up: the application is stored, and a worker makes its portal step by step.

Each step may be repeated, and the step that comes next stands in the application's row, so a worker
that is killed at any moment leaves a portal that the next one finishes.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from mains.core.transactions import owns_transaction
from mains.documents import actions as documents
from mains.documents import storage
from mains.guard import context, keys
from mains.identity import actions as identity
from mains.identity import queries as people
from mains.identity.models import User
from mains.journeys import building_portal, jobs, short_names
from mains.notifications import actions as notifications
from mains.tenancy import actions as tenancy
from mains.tenancy import owner, registry
from mains.tenancy.models import ProviderApplication, Role

log = structlog.get_logger()
CONFIRM, CONFIRM_DAYS = "provider-confirm", 7


class Step(StrEnum):
    """
    What is done next for an application; a slug that somebody else got meanwhile ends it.
    """

    QUEUED = "QUEUED"
    SCHEMA = "SCHEMA"
    CONFIGURATION = "CONFIGURATION"
    CUSTOMERS = "CUSTOMERS"
    BILLS = "BILLS"
    READY = "READY"
    TAKEN = "TAKEN"


FINAL = (Step.READY, Step.TAKEN)


class ConfirmationUnknown(Exception):
    """The link was not made by us, or is too old."""


@dataclass(frozen=True, slots=True)
class Wish:
    """
    What a provider asked for; `token` is the form's own, so sending it twice makes one portal.
    """

    token: str
    name: str
    slug: str
    email: str
    password: str
    preset: str
    colour: str
    logo: bytes | None
    language: str


def apply(*, wish: Wish, now: datetime) -> str:
    """
    Store an application with its owner's login, have its portal made, and return its token.

    :raises short_names.Unusable: if the short name cannot be a host name, or is reserved.
    :raises short_names.Taken: if it is taken, with others that are free.
    :raises building_portal.UnknownPreset: if there is no such preset.
    """
    short_names.check(slug=wish.slug)
    building_portal.preset(wish.preset)
    known = ProviderApplication.objects.filter(token_hash=digest(wish.token)).first()
    if known is not None and (known.slug, known.email) == (wish.slug, wish.email.lower()):
        return wish.token
    if registry.is_taken(wish.slug):
        raise short_names.Taken(slug=wish.slug)
    token = wish.token if known is None else secrets.token_urlsafe(32)
    logo_key = ""
    if wish.logo is not None:
        name = documents.logo_name(png=wish.logo)
        storage.put(name=f"logos/{name}", data=wish.logo, content_type="image/png")
        logo_key = name
    try:
        _store(wish=wish, token=token, logo_key=logo_key, now=now)
    except IntegrityError as error:
        if ProviderApplication.objects.filter(token_hash=digest(token)).exists():
            return token
        raise short_names.Taken(slug=wish.slug) from error
    return token


@owns_transaction
def _store(*, wish: Wish, token: str, logo_key: str, now: datetime) -> None:
    user, made = identity.ensure_login(
        email=wish.email, password=wish.password, name=wish.name, language=wish.language
    )
    application = ProviderApplication.objects.create(
        token_hash=digest(token),
        slug=wish.slug,
        name=wish.name,
        email=wish.email.lower(),
        preset=wish.preset,
        colour=wish.colour,
        logo_key=logo_key,
        step=Step.QUEUED,
        user_id=user.pk,
        created_at=now,
    )
    console = registry.surface_url("console")
    signed = keys.sign(user.pk, purpose=CONFIRM)
    notifications.queue(
        kind="provider-confirm",
        key=str(application.pk),
        recipient=user.email,
        language=wish.language,
        values={
            "name": wish.name,
            "url": f"{console}/welcome/{signed}/" if made else f"{console}/{wish.slug}/",
        },
        now=now,
    )
    jobs.BUILD_PROVIDER.send_after_commit(application_id=application.pk)


def digest(token: str) -> str:
    """
    Return what is stored of a token.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def unconfirmed(*, token: str) -> User:
    """
    Return the login whose e-mail a signed link confirms; called while serving the public schema.

    :raises ConfirmationUnknown: if we did not sign it, or too long ago.
    """
    try:
        user_id = keys.unsign(token, purpose=CONFIRM, max_age_seconds=CONFIRM_DAYS * 86_400)
    except keys.signing.BadSignature as error:
        raise ConfirmationUnknown from error
    user = people.user(user_id=int(str(user_id)))
    if user is None:
        raise ConfirmationUnknown
    return user


def build(*, application_id: int, now: datetime, tell: Callable[[str], object] = str) -> None:
    """
    Make the portal of an application, or finish one that was begun; a finished one stays as it is.

    :raises owner.OwnerLoginMissing: in a process that may not create schemas.
    """
    with owner.connect() as login, login.transaction():
        # Held until the end: two workers never make the same portal at once.
        free = login.execute(
            "select pg_try_advisory_xact_lock(hashtext('provider'), %s)", [application_id]
        ).fetchone()
        if not free or not free[0]:
            return
        while (application := _application(application_id)).step not in FINAL:
            tell(application.step)
            _STEPS[Step(application.step)](application, now)


def build_waiting(*, now: datetime) -> None:
    """
    Finish every application that a lost message or a killed worker left open.

    A process without the owner's login leaves them to one that has it.
    """
    if settings.OWNER_DATABASE is None:
        return
    for application_id in registry.unfinished_applications():
        try:
            build(application_id=application_id, now=now)
        except Exception:
            # One application that cannot be finished must not keep the next providers waiting.
            log.exception("provider.not_built", application=application_id)


def _application(application_id: int) -> ProviderApplication:
    with context.inside(context.PUBLIC):
        return ProviderApplication.objects.get(pk=application_id)


def _advance(application: ProviderApplication, step: Step) -> None:
    with context.inside(context.PUBLIC):
        ProviderApplication.objects.filter(pk=application.pk).update(step=step)


def _queued(application: ProviderApplication, now: datetime) -> None:  # noqa: ARG001
    _advance(application, Step.SCHEMA)


def _schema(application: ProviderApplication, now: datetime) -> None:
    made = building_portal.create_schema(
        application_id=application.pk,
        slug=application.slug,
        name=application.name,
        next_step=Step.CONFIGURATION,
        now=now,
    )
    if not made:
        _advance(application, Step.TAKEN)


def _configuration(application: ProviderApplication, now: datetime) -> None:
    building_portal.configure(
        slug=application.slug,
        name=application.name,
        email=application.email,
        preset_name=application.preset,
        colour=application.colour,
        logo_name=application.logo_key,
        now=now,
    )
    _advance(application, Step.CUSTOMERS)


def _customers(application: ProviderApplication, now: datetime) -> None:
    building_portal.add_customers(slug=application.slug, now=now)
    _advance(application, Step.BILLS)


def _bills(application: ProviderApplication, now: datetime) -> None:
    building_portal.add_bills(slug=application.slug, now=now)
    _finish(application_id=application.pk, now=now)


def _finish(*, application_id: int, now: datetime) -> None:
    with context.inside(context.PUBLIC), transaction.atomic(durable=True):
        application = ProviderApplication.objects.select_for_update().get(pk=application_id)
        assert application.user_id is not None
        tenancy.add_member(
            user_id=application.user_id, schema_name=application.slug, role=Role.OWNER
        )
        application.step, application.ready_at = Step.READY, now
        application.save(update_fields=["step", "ready_at"])
        user = people.user(user_id=application.user_id)
        console = registry.surface_url("console")
        notifications.queue(
            kind="provider-ready",
            key=str(application.pk),
            recipient=application.email,
            language=(user.language if user else "") or "en",
            values={
                "name": application.name,
                "url": building_portal.portal_url(application.slug),
                "console": f"{console}/{application.slug}/",
            },
            now=now,
        )


_STEPS: dict[Step, Callable[[ProviderApplication, datetime], None]] = {
    Step.QUEUED: _queued,
    Step.SCHEMA: _schema,
    Step.CONFIGURATION: _configuration,
    Step.CUSTOMERS: _customers,
    Step.BILLS: _bills,
}
