"""
End the children of a launcher that died without ending them itself.

Run as a script with a pipe on standard input. Each line is `add PID SIGNAL SECONDS` or `drop PID`.
The pipe closes when the launcher ends, however it ends; whatever was added and not dropped then
gets its signal, the latest first, and is killed with its process group when its time is over.
"""

import contextlib
import os
import signal
import sys
import time


def main() -> None:
    """
    Follow the launcher's notes until it is gone, then clean up.
    """
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A Ctrl-C or a service manager's stop reaches the launcher too: wait for its end.
        signal.signal(ignored, signal.SIG_IGN)
    children: dict[int, tuple[int, float]] = {}
    for line in sys.stdin:
        words = line.split()
        if words[0] == "add":
            children[int(words[1])] = (int(words[2]), float(words[3]))
        else:
            children.pop(int(words[1]), None)
    for pid, (number, seconds) in reversed(children.items()):
        end(pid, number, seconds)


def end(pid: int, number: int, seconds: float) -> None:
    """
    Send a signal, wait up to some seconds, then kill the whole group.
    """
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
    deadline = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    # Also when the leader ended by itself: it may have left others of its group behind.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    """
    Tell whether a process runs; one that ended and was not yet collected does not.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            return stat.read().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except FileNotFoundError:
        # No /proc on this system, or the process ended just now.
        return not os.path.isdir("/proc/self")
    except (OSError, IndexError):
        return False


if __name__ == "__main__":
    main()
