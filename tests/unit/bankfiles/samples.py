"""Real files of banks: ../shared/data/bank, which is no part of Mains."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).parents[4] / "shared/data/bank"
needed = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="needs ../shared/data: files of banks, not part of Mains"
)
MT940 = FOLDER / "mt940/mt940"


class _Dump(yaml.SafeLoader):
    """
    Objects of the library, as plain dictionaries and lists; nothing is constructed.
    """


def _plain(loader: yaml.Loader, suffix: str, node: yaml.Node):
    if isinstance(node, yaml.MappingNode):
        found: dict = {}
        yield found
        found.update(loader.construct_mapping(node, deep=True))
    elif isinstance(node, yaml.SequenceNode):
        items: list = []
        yield items
        items.extend(loader.construct_sequence(node))
    else:
        yield suffix


_Dump.add_multi_constructor("tag:yaml.org,2002:python/", _plain)


def _value(dumped: Any) -> Any:
    match dumped:
        case [bytes() as day]:
            return date(day[0] * 256 + day[1], day[2], day[3])
        case [str() as number]:
            return Decimal(number)
        case {"transactions": _, "data": _}:
            # A line's way back to its statement.
            return None
        case dict():
            return {name: _value(value) for name, value in dumped.items()}
    return dumped


def dump_of(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """
    Return what a dump says of the last statement of a file, and of the lines of all.
    """
    found = yaml.load(path.read_text(encoding="utf-8"), Loader=_Dump)
    return _value(found["data"]), [_value(one["data"]) for one in found["transactions"]]
