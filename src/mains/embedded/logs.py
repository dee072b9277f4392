"""Log files that do not grow without end."""

from dataclasses import dataclass, field
from pathlib import Path

_ROTATE_BYTES = 10_000_000


@dataclass(slots=True)
class LogTail:
    """
    Follow what is added to a log from now on. A log over 10 MB is set aside first, as `.log.1`.
    """

    path: Path
    _offset: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        rotate(self.path)
        self._offset = self.path.stat().st_size if self.path.exists() else 0

    def new_text(self) -> str:
        """
        Return what was added since the last call.
        """
        try:
            with self.path.open("rb") as file:
                file.seek(self._offset)
                content = file.read()
        except FileNotFoundError:
            return ""
        self._offset += len(content)
        return content.decode(errors="replace")


def rotate(path: Path) -> None:
    """
    Set a log over 10 MB aside.
    """
    if path.exists() and path.stat().st_size > _ROTATE_BYTES:
        path.replace(path.with_name(path.name + ".1"))
