"""What a bench says."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """
    Our figure beside a yardstick's from the same run, both in `unit` per CPU-second.

    `detail` holds `floor`, `passed` and whatever else was found.
    """

    name: str
    unit: str
    ours: float
    yardstick: float
    peak_mb: float
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.ours / self.yardstick

    @property
    def passed(self) -> bool:
        return bool(self.detail.get("passed"))

    def to_json(self) -> dict[str, Any]:
        """
        Return the one object that `--json` prints.
        """
        return {
            "name": self.name,
            "unit": self.unit,
            "ours": round(self.ours, 2),
            "yardstick": round(self.yardstick, 2),
            "ratio": round(self.ratio, 3),
            "peak_mb": round(self.peak_mb, 1),
            "detail": self.detail,
        }
