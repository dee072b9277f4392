"""No column that can hold text about somebody is outside the inventory."""

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from mains.privacy.rules.inventory import INVENTORY, PLAIN, Ending

TEXT = (
    models.CharField, models.TextField, models.JSONField, models.GenericIPAddressField, ArrayField,
    models.BinaryField, models.FileField, models.GeneratedField,
)  # fmt: skip


def text_columns() -> set[tuple[str, str]]:
    return {
        (model._meta.label, field.name)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_config.name in settings.TENANT_APPS
        for field in model._meta.concrete_fields
        if isinstance(field, TEXT)
    }


def classified() -> list[tuple[str, str]]:
    personal = [(one.model, column) for one in INVENTORY for column in one.columns]
    plain = [(model, column) for model, columns in PLAIN.items() for column in columns]
    return personal + plain


def unclassified(known: list[tuple[str, str]]) -> set[tuple[str, str]]:
    return text_columns() - set(known)


def test_every_text_column_is_personal_or_plain_and_not_both():
    assert unclassified(classified()) == set()
    assert len(classified()) == len(set(classified()))


def test_nothing_is_classified_that_is_not_there():
    assert set(classified()) - text_columns() == set()


@pytest.mark.parametrize("forgotten", [("customers.Customer", "phone"), ("audit.Entry", "detail")])
def test_control_a_forgotten_column_is_found(forgotten):
    known = [one for one in classified() if one != forgotten]
    assert unclassified(known) == {forgotten}


def test_what_is_replaced_replaces_every_personal_column():
    for one in INVENTORY:
        if one.ending is Ending.REPLACED:
            assert {column for column, _value in one.replacement} == set(one.columns), one.model
        else:
            assert not one.replacement
