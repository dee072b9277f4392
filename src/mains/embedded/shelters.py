"""
Places that an account without rights can reach.

A checkout often lies in a folder that only its owner may enter (/root, or a home of mode 0700).
Servers that run as `nobody` can then reach neither their data nor their programs. We never open
such folders; what must be reachable moves to a folder of our own, and a pointer stays behind.
"""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

from mains.embedded.accounts import Account, can_write_in, try_as
from mains.embedded.errors import EmbeddedError
from mains.embedded.homes import Home, read_json, write_json

# Kept over a restart of the machine first.
_ROOTS = (Path("/var/lib"), Path("/var/tmp"), Path("/tmp"))  # noqa: S108


class NoReachablePlace(EmbeddedError):
    """
    No folder was found that the servers' account can use.
    """


class WrongOwner(EmbeddedError):
    """
    The data was made by another account.
    """


def data_folder(home: Home, *, name: str, account: Account | None) -> Path:
    """
    Return the folder for a server's data, made, private and owned by the server's account.

    :raises NoReachablePlace: if the account can write nowhere.
    :raises WrongOwner: if the data there belongs to another account.
    """
    inside = home.path / name
    if account is None:
        inside.mkdir(mode=0o700, exist_ok=True)
        _check_owner(inside, expected=os.geteuid())
        return inside
    outside = known_shelter(home)
    if outside is not None and _has_content(outside / name) and _hand_over(outside / name, account):
        return outside / name
    if _hand_over(inside, account):
        return inside
    folder = shelter(home, account=account) / name
    if _has_content(inside) and not _has_content(folder):
        # It was reachable when the data was made: somebody closed a folder above since.
        _move(inside, folder)
    if _hand_over(folder, account):
        return folder
    raise NoReachablePlace(
        f"The account `{account.name}`, as which {name} must run, can write neither in {inside} "
        f"nor in {folder}. Let it write in one of them, or start Mains as an ordinary user."
    )


def program_tree(
    home: Home, *, top: Path, parts: Iterable[str], program: str, key: str, account: Account | None
) -> Path:
    """
    Return a folder with the programs of a wheel that the account can run.

    `parts` are the folders below `top` that the program needs, `program` its path below
    `top`, `key` names the version. The wheel's own folder is used when it will do.
    """
    if account is None or try_as(account, [top / program, "--version"])[0]:
        return top
    target = shelter(home, account=account) / key
    if not (target / program).exists():
        draft = target.with_name(f"{key}.{os.getpid()}.new")
        shutil.rmtree(draft, ignore_errors=True)
        for part in parts:
            shutil.copytree(top / part, draft / part, symlinks=True, copy_function=_link_or_copy)
        for folder in (draft, *(path for path in draft.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        draft.rename(target)
    ok, said = try_as(account, [target / program, "--version"])
    if not ok:
        raise NoReachablePlace(
            f"The account `{account.name}` can run {program} neither in {top} nor in {target}: "
            f"{said}. Check that these file systems allow programs to run, or start Mains as an "
            "ordinary user."
        )
    return target


def shelter(home: Home, *, account: Account) -> Path:
    """
    Return the folder outside of the project that stands in for it, made and owned by root.

    A moved project keeps its shelter; a copied one gets its own.
    """
    known = known_shelter(home)
    if known is not None:
        return known
    digest = hashlib.sha256(str(home.path).encode()).hexdigest()[:12]
    for root in _ROOTS:
        folder = root / f"mains-{digest}"
        if _claim(folder, account):
            write_json(folder / "owner.json", {"home": str(home.path)}, mode=0o600)
            write_json(home.path / "elsewhere.json", {"folder": str(folder)}, mode=0o644)
            return folder
    raise NoReachablePlace(
        f"Root can make a folder that `{account.name}` reaches in none of "
        f"{', '.join(str(root) for root in _ROOTS)}. Free one of them, or start Mains as an "
        "ordinary user."
    )


def known_shelter(home: Home) -> Path | None:
    """
    Return the folder that already stands in for the project, or None.
    """
    known = read_json(home.path / "elsewhere.json").get("folder")
    return Path(known) if known is not None and _still_ours(Path(known), home) else None


def _still_ours(folder: Path, home: Home) -> bool:
    if not _is_roots_own(folder):
        return False
    owner = read_json(folder / "owner.json").get("home")
    if owner == str(home.path):
        return True
    # The project was moved if nothing at its old place points here any more.
    if owner is not None and read_json(Path(owner) / "elsewhere.json").get("folder") == str(folder):
        return False
    write_json(folder / "owner.json", {"home": str(home.path)}, mode=0o600)
    return True


def _claim(folder: Path, account: Account) -> bool:
    try:
        folder.mkdir(mode=0o711)
        folder.chmod(0o711)
    except FileExistsError:
        # In /tmp somebody else may have put a folder or a link of this name there first.
        if not _is_roots_own(folder):
            return False
    except OSError:
        return False
    return try_as(account, ["/bin/sh", "-c", 'cd "$1"', "sh", folder])[0]


def _is_roots_own(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == 0 and not found.st_mode & 0o022


def _hand_over(folder: Path, account: Account) -> bool:
    fresh = not folder.exists()
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.lstat().st_uid == 0:
            os.chown(folder, account.uid, account.gid, follow_symlinks=False)
    except OSError:
        return False
    _check_owner(folder, expected=account.uid)
    if can_write_in(account, folder):
        return True
    if fresh:
        folder.rmdir()
    return False


def _check_owner(folder: Path, *, expected: int) -> None:
    owner = folder.lstat().st_uid
    if owner != expected:
        raise WrongOwner(
            f"The data in {folder} belongs to the account with number {owner}, and this start "
            f"would use number {expected}. Start Mains as the account that made it (root uses "
            "`nobody`), or choose another data folder."
        )


def _has_content(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _move(source: Path, target: Path) -> None:
    if target.exists():
        target.rmdir()
    owner = source.lstat()
    shutil.move(source, target)
    # A move between file systems is a copy, which belongs to root.
    for path in (target, *target.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _link_or_copy(source: str, target: str) -> None:
    mode = os.stat(source).st_mode
    program = bool(mode & stat.S_IXUSR)
    if mode & stat.S_IROTH and (mode & stat.S_IXOTH or not program):
        try:
            os.link(source, target)
        except OSError:
            pass
        else:
            return
    shutil.copyfile(source, target)
    os.chmod(target, 0o755 if program else 0o644)
