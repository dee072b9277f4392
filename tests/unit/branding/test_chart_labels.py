"""Labels of a wide chart do not run into each other, however long a language's months are."""

from decimal import Decimal

import pytest

from mains.branding.figures import BarChart, chart_context
from mains.branding.rules.chart import Period
from mains.branding.themes import load_theme


@pytest.mark.parametrize(("label", "shown"), [("Oct", 13), ("Oct 2026", 7), ("2026. gada okt.", 4)])
def test_there_are_as_many_as_fit(label, shown):
    periods = tuple(Period(label, "O", Decimal(1)) for _ in range(13))
    chart = BarChart(finding="Much", unit="m³", periods=periods, now="Used")
    drawings = chart_context(chart, look=load_theme(name="base").chart)["drawings"]
    wide = next(drawing for size, drawing, _gutter in drawings if size == "wide")

    assert len([group for group in wide.groups if group.label]) == shown
