"""Change a tenant's configuration as a whole: read a file, say what it changes, publish it."""

import tomllib
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from mains.branding.themes import ThemeError, load_theme
from mains.journeys import configure
from mains.tariffs.actions import PublishedPricesChanged
from mains.tariffs.rules.kinds.base import ComponentWrong
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile import TenantFile, TenantFileError, parse
from mains.tenancy.tenantfile.comparing import Change, changes

MOST_BYTES = 500_000
Problems = list[tuple[str, str]]


class CannotPublish(Exception):
    """What is published already contradicts the file; the text says where."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    A file that could be published, or what is wrong in it, each with its place.
    """

    text: str = ""
    file: TenantFile | None = None
    problems: Problems = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


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
    return Proposal(text=text, file=file, changes=found)


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
    try:
        load_theme(name=file.brand.theme)
    except ThemeError:
        problems.append(("brand.theme", _("There is no look of this name.")))
    return problems


def publish(*, proposal: Proposal, author: str, note: str, now: datetime) -> int:
    """
    Publish a proposal without problems and return its version.

    :raises CannotPublish: if it would change prices that are published already.
    """
    assert proposal.file is not None
    try:
        return configure.publish(file=proposal.file, author=author, note=note, now=now)
    except (PublishedPricesChanged, ComponentWrong) as error:
        raise CannotPublish(str(error)) from error
