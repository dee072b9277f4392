"""Storage files of Datadis clients: JSON with the hourly consumptions of one supply point."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mains.metering.imports.caps import Caps
from mains.metering.imports.readers.delimited import Row
from mains.metering.imports.readers.unpacked import whole
from mains.metering.imports.refusals import file_refused
from mains.metering.rules.sentences import gettext_noop as _

COLUMNS = ["cups", "datetime", "value_kWh", "surplus_kWh", "real"]


def rows(path: Path, *, caps: Caps) -> Iterator[Row]:
    """
    Yield a header, then the consumptions as rows numbered from 1.

    :raises FileRefused: if it is no such JSON, holds several supply points, or is too large.
    """
    text = whole(path, caps)
    try:
        # Numbers stay the texts they are: a float would not be what the file says.
        content = json.loads(text, parse_float=str, parse_int=str)
        cups, consumptions = _supply(content), content["consumptions"]
        if len(consumptions) * len(COLUMNS) > caps.cells:
            raise file_refused(
                _("The file has more than %(most)s values"), _("split it"), most=f"{caps.cells:,}"
            )
        yield 0, COLUMNS
        for number, entry in enumerate(consumptions, 1):
            yield number, _row(cups, entry)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise file_refused(_("The file is no Datadis storage (%(error)s)"),
                           _("send the JSON with supplies and consumptions"),
                           error=f"{type(error).__name__}: {error}") from error  # fmt: skip


def _supply(content: Any) -> str:
    supplies = content["supplies"]
    if len(supplies) != 1:
        raise file_refused(_("The file holds %(count)s supply points, and its consumptions do "
                             "not say whose they are"), _("export each point by itself"),
                           count=len(supplies))  # fmt: skip
    return str(supplies[0]["cups"])


def _row(cups: str, entry: dict[str, Any]) -> list[str]:
    if str(entry.get("delta_h", "1")) not in {"1", "1.0"}:
        raise ValueError(f"delta_h is {entry['delta_h']}, and only hours are read")
    surplus = entry.get("surplus_kWh")
    return [
        cups, str(entry["datetime"]), str(entry["value_kWh"]),
        "" if surplus is None else str(surplus), str(entry.get("real", True)).lower(),
    ]  # fmt: skip
