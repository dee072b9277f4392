"""Find every row about a person, as the inventory says."""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from mains.customers.models import Customer
from mains.identity.models import EmailChange, User
from mains.privacy.rules.inventory import Find, Holding


@dataclass(frozen=True, slots=True)
class Subject:
    """
    Whose data: logins, parties, the e-mail addresses of both, and the parties' names.
    """

    user_ids: tuple[int, ...]
    customer_ids: tuple[int, ...]
    emails: tuple[str, ...]
    names: tuple[str, ...]


def subject(*, user_ids: tuple[int, ...] = (), customer_ids: tuple[int, ...] = ()) -> Subject:
    """
    Return whom logins and parties are, with every e-mail address they have or had here.
    """
    emails: set[str] = set()
    emails.update(User.objects.filter(pk__in=user_ids).values_list("email", flat=True))
    for old, new in EmailChange.objects.filter(user_id__in=user_ids).values_list(
        "old_email", "new_email"
    ):
        emails.update((old, new))
    parties = list(Customer.objects.filter(pk__in=customer_ids).order_by("pk"))
    emails.update(party.email for party in parties)
    return Subject(
        user_ids=user_ids,
        customer_ids=customer_ids,
        emails=tuple(sorted({email.lower() for email in emails if email})),
        names=tuple(party.name for party in parties),
    )


def rows(holding: Holding, *, about: Subject) -> QuerySet[Any]:
    """
    Return the rows of one holding that are about a person.
    """
    model: type[Model] = apps.get_model(holding.model)
    found = model._default_manager.all()
    conditions = []
    for how, path in holding.found:
        if how is Find.EMAIL_INSIDE:
            found = found.annotate(as_text=Cast(path, TextField()))
        conditions += list(_conditions(how, path, about))
    if not conditions:
        return found.none()
    matching = found.filter(reduce(or_, conditions)).values("pk")
    return model._default_manager.filter(pk__in=matching).order_by("pk")


def _conditions(how: Find, path: str, about: Subject) -> list[Q]:
    match how:
        case Find.CUSTOMER:
            return [Q(**{f"{path}__in": about.customer_ids})] if about.customer_ids else []
        case Find.LOGIN:
            return [Q(**{f"{path}__in": about.user_ids})] if about.user_ids else []
        case Find.EMAIL:
            return [Q(**{f"{path}__iexact": email}) for email in about.emails]
        case Find.ADDRESSEE:
            return [Q(**{f"{path}__startswith": f"{name}\n"}) for name in about.names]
        case Find.EMAIL_INSIDE:
            return [Q(as_text__icontains=f'"{email}"') for email in about.emails]
