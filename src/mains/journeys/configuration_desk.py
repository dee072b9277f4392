"""Change a tenant's configuration as a whole: read a file, say what it changes, publish it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from mains.approvals import actions as approvals
from mains.approvals.queries import ApprovalRow
from mains.branding.themes import ThemeError, load_theme
from mains.enrolment import strength
from mains.journeys import configure
from mains.metering import windows
from mains.notifications import own_words
from mains.tariffs.actions import PublishedPricesChanged
from mains.tariffs.entering import TariffWrong
from mains.tariffs.notices import NoticeTooShort
from mains.tariffs.rules.kinds.base import ComponentWrong
from mains.tenancy import registry
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile import TenantFile, TenantFileError, parse
from mains.tenancy.tenantfile.comparing import Change, changes

MOST_BYTES = 500_000
Problems = list[tuple[str, str]]


class CannotPublish(Exception):
    """What is published already contradicts the file; the text says where."""


class Outdated(CannotPublish):
    """Another version was published since the one that a change was made from."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    A file that could be published, or what is wrong in it, each with its place.
    """

    text: str = ""
    file: TenantFile | None = None
    problems: Problems = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    # Those of the changes that a second owner has to approve.
    guarded: list[Change] = field(default_factory=list)


def propose(*, tenant: TenantInfo, content: bytes) -> Proposal:
    """
    Read a tenant file and compare it with what is published.
    """
    if len(content) > MOST_BYTES:
        return Proposal(problems=[("file", _("It has more than 500 kB. Choose the right file."))])
    try:
        text = content.decode("utf-8-sig")
        file = parse(tomllib.loads(text), source=tenant.schema_name)
    except UnicodeDecodeError:
        return Proposal(problems=[("file", _("It is no UTF-8 text. Save it as UTF-8."))])
    except tomllib.TOMLDecodeError as error:
        return Proposal(problems=[("file", str(error))])
    except TenantFileError as error:
        return Proposal(problems=error.problems)
    problems = _contradictions(tenant, file)
    if problems:
        return Proposal(problems=problems)
    found = changes(tenant.file.model_dump(mode="json"), file.model_dump(mode="json"))
    guarded = configure.needs_second_owner(tenant.file, file)
    return Proposal(text=text, file=file, changes=found, guarded=guarded)


def _contradictions(tenant: TenantInfo, file: TenantFile) -> Problems:
    problems: Problems = []
    if file.slug != tenant.file.slug:
        problems.append(
            (
                "slug",
                _("It is %(slug)r, but this console is another provider's.") % {"slug": file.slug},
            )
        )
    if file.hosts != tenant.file.hosts:
        problems.append(
            ("hosts", _("Addresses are changed by the platform's staff; leave them as they are."))
        )
    if file.locale.currency != tenant.file.locale.currency:
        problems.append(("locale.currency", _("Accounts and bills rest on it; it cannot change.")))
    demanded = file.approvals.demand_any and not tenant.file.approvals.demand_any
    if demanded and len(registry.owners_of(schema_name=tenant.schema_name)) < 2:
        problems.append(("approvals", _("There is only one owner. Invite a second one first.")))
    try:
        load_theme(name=file.brand.theme)
    except ThemeError:
        problems.append(("brand.theme", _("There is no look of this name.")))
    problems += windows.contradictions(file)
    try:
        own_words.check(file)
    except own_words.MailWrong as error:
        problems.append((error.place, error.why))
    for weak in strength.weak_policies(file=file, today=tenant.date_of(tenant.now())):
        position = file.registration.policies.index(weak.policy)
        place = f"registration.policies[{position}]"
        problems.append((place, strength.advice(weak, file=file)))
    return problems


def publish(
    *,
    proposal: Proposal,
    based_on: int,
    author: str,
    note: str,
    approved: bool = False,
    now: datetime,
) -> int:
    """
    Publish a proposal without problems and return its version.

    :raises CannotPublish: if it would change prices that are published already.
    :raises Outdated: if another version than `based_on` is published, and another content.
    :raises NeedsSecondOwner: if two owners have to want what it changes, and one alone does.
    """
    assert proposal.file is not None
    try:
        return configure.publish(
            file=proposal.file,
            author=author,
            note=note,
            based_on=based_on,
            approved=approved,
            now=now,
        )
    except configure.PublishedMeanwhile as error:
        raise Outdated(str(error)) from error
    except (
        PublishedPricesChanged,
        ComponentWrong,
        TariffWrong,
        NoticeTooShort,
        configure.WeakPolicy,
        configure.WindowsContradict,
    ) as error:
        raise CannotPublish(str(error)) from error


def wish(*, proposal: Proposal, based_on: int) -> dict[str, Any]:
    """
    Return what has to be kept of a proposal so that it can be published once it is approved.
    """
    return {"content": proposal.text, "based_on": based_on}


def wished_changes(*, tenant: TenantInfo, payload: Mapping[str, Any]) -> list[Change]:
    """
    Return what a kept proposal changes against the version that it was made from.
    """
    version = registry.configuration(
        schema_name=tenant.schema_name, version=int(payload["based_on"])
    )
    file = parse(tomllib.loads(str(payload["content"])), source=tenant.schema_name)
    before = version.model_dump(mode="json") if version else {}
    return changes(before, file.model_dump(mode="json"))


def publish_wished(*, tenant: TenantInfo, wish: ApprovalRow, authors: str, now: datetime) -> str:
    """
    Publish a kept proposal that two owners want, and return its version; again changes nothing.

    :raises approvals.Outdated: if another version is published by now, or the file no longer fits.
    """
    proposal = propose(tenant=tenant, content=str(wish.payload["content"]).encode())
    if proposal.problems:
        raise approvals.Outdated(proposal.problems[0][1])
    try:
        version = publish(
            proposal=proposal,
            based_on=int(wish.payload["based_on"]),
            author=authors[:120],
            note=wish.note,
            approved=True,
            now=now,
        )
    except CannotPublish as error:
        raise approvals.Outdated(str(error)) from error
    return str(version)
