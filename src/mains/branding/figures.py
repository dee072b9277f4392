"""Turn a chart's numbers into what `ui/chart.html` draws."""

from dataclasses import dataclass
from hashlib import blake2s
from typing import Any

from mains.branding.rules.chart import Drawing, Period, draw
from mains.branding.themes import ChartLook

_COMPACT = {"height": 190, "max_labels": 6, "short_labels": True}
_WIDE = {"height": 240}
# 12 px figures are about 7 px wide; the gutter must hold the longest value of the axis.
_DIGIT, _GUTTER = 7, 12
# The narrowest that a wide drawing is, and the most labels that it has.
_NARROWEST, _MOST_LABELS = 560, 13


@dataclass(frozen=True, slots=True)
class BarChart:
    """
    A bar chart as the reader meets it: the finding first, then the picture, then the rows.

    :param finding: one sentence that says what the chart shows.
    :param now: name of the drawn series, such as "This year".
    :param before: name of the comparison, empty for none.
    :param note: whatever must be said about gaps or estimates.
    :param csv_url: where the same rows can be had as a file.
    :param gap: what a gap means, where it is not a reading that is missing.
    :param oldest_first: have the table begin with the oldest row.
    :param short_labels: name bars by their short labels in a wide drawing, too.
    :param every_value: write its value above each bar, where the last is not what counts.
    :param column: what heads the bars' names in the table, where they are no periods.
    :param decimals: how many digits every value has, as money does; else as many as it needs.
    """

    finding: str
    unit: str
    periods: tuple[Period, ...]
    now: str
    before: str = ""
    subject: str = ""
    note: str = ""
    csv_url: str = ""
    gap: str = ""
    oldest_first: bool = False
    short_labels: bool = False
    every_value: bool = False
    column: str = ""
    decimals: int | None = None

    @property
    def rows(self) -> tuple[Period, ...]:
        """
        Return the periods in the order of the table.
        """
        return self.periods if self.oldest_first else self.periods[::-1]

    @property
    def key(self) -> str:
        """
        Return an id that is the same for the same chart, so pages stay cacheable.
        """
        return "c" + blake2s(repr((self.finding, self.periods)).encode(), digest_size=4).hexdigest()


def chart_context(chart: BarChart, *, look: ChartLook) -> dict[str, Any]:
    """
    Return the context of `ui/chart.html`: two drawings of the same periods, and facts for the key.
    """
    wide = {
        **_WIDE, "max_labels": _labels_side_by_side(chart), "short_labels": chart.short_labels,
    }  # fmt: skip
    drawings = {
        size: draw(periods=chart.periods, arrangement=look.arrangement, **wanted)  # type: ignore[arg-type]
        for size, wanted in (("compact", _COMPACT), ("wide", wide))
    }
    return {
        "chart": chart,
        "drawings": [(size, drawing, _gutter(drawing)) for size, drawing in drawings.items()],
        "arrangement": look.arrangement,
        "has_estimate": any(period.estimated for period in chart.periods),
        "has_gap": any(period.value is None for period in chart.periods),
    }


def _labels_side_by_side(chart: BarChart) -> int:
    labels = [one.short if chart.short_labels else one.label for one in chart.periods]
    longest = max(map(len, labels), default=1)
    return max(1, min(_MOST_LABELS, _NARROWEST // (longest * _DIGIT + _GUTTER)))


def _gutter(drawing: Drawing) -> int:
    longest = max(len(f"{tick.value.normalize():f}") for tick in drawing.ticks)
    return longest * _DIGIT + _GUTTER
