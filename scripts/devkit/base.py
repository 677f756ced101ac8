"""Paths, the cache, locks, and errors that are one clear sentence."""

import ast
import contextlib
import errno
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("zh_TW", "zh_CN")


class UserFacingError(Exception):
    """What is wrong with the surroundings, in one sentence that says what to do."""


def cache_dir() -> Path:
    """The folder of everything that can be made again."""
    home_cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(
        os.environ.get("CRM_REFERRAL_CACHE") or Path(home_cache, "crm_referral")
    ).absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserFacingError(
            f"Cannot create the cache folder {path} ({error.strerror}): name another "
            "one in CRM_REFERRAL_CACHE."
        ) from error
    return path


PRODUCT = "crm_referral"


def say(text: str) -> None:
    """Tell the person what happens, at once."""
    print(text, flush=True)


def addons() -> list[str]:
    """The names of the addons of this repository."""
    return sorted(path.parent.name for path in ROOT.glob("*/__manifest__.py"))


def shipped() -> list[str]:
    """Those that people install: not the one that only tests need."""
    return [name for name in addons() if not name.startswith("test_")]


def manifest(addon: str) -> dict:
    """What an addon says of itself."""
    return ast.literal_eval((ROOT / addon / "__manifest__.py").read_text())


def bridges() -> list[str]:
    """Those that Odoo installs by itself, beside addons that no other of ours needs."""
    return [name for name in addons() if manifest(name).get("auto_install")]


def chosen() -> list[str]:
    """Those that people choose to install."""
    return sorted(set(shipped()) - set(bridges()))


def guests() -> list[str]:
    """What installing the product does not bring along, without the bridges."""
    return sorted(set(addons()) - set(core()) - set(bridges()))


def core() -> list[str]:
    """The product and what it depends on, without what may be added to it."""
    found: list[str] = []
    waiting = [PRODUCT]
    while waiting:
        name = waiting.pop()
        if (ROOT / name / "__manifest__.py").exists() and name not in found:
            found.append(name)
            waiting += manifest(name)["depends"]
    return sorted(found)


def guarded(main: Callable[[], int]) -> int:
    """Run `main`; a foreseen error is one sentence, a signal a quiet clean-up."""

    def stop(number: int, _frame: object) -> None:
        # The clean-up itself must not be interrupted by a second signal.
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        return main()
    except UserFacingError as error:
        print(f"error: {error}", file=sys.stderr)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(f"error: {explain('No space left on device')}", file=sys.stderr)
    return 1


# What other programs print when the surroundings, not we, are at fault.
KNOWN_TROUBLE = (
    (
        r"No space left on device|ENOSPC|Disk quota exceeded",
        "The disk is full: make room, or name a folder on another disk in "
        "CRM_REFERRAL_CACHE.",
    ),
    (
        r"NO_PUBKEY|is not signed|BADSIG|signatures? (?:was|were|could ?n.t be|cannot "
        r"be) |Hash Sum mismatch",
        "The signature of the package mirror could not be verified, so nothing was "
        "installed from it.",
    ),
    (
        r"Temporary failure (?:resolving|in name resolution)|Could not resolve|"
        r"Could not connect|Unable to connect|NewConnectionError|ProxyError|"
        r"ConnectTimeout|Network is unreachable|No route to host|ENOTFOUND|EAI_AGAIN|"
        r"ECONNREFUSED|ETIMEDOUT|ENETUNREACH|Cannot initiate the connection",
        "There is no network: connect this machine (or set its proxy) and start again.",
    ),
)


def explain(output: str) -> str | None:
    """The sentence for a known trouble in a program's output."""
    for pattern, sentence in KNOWN_TROUBLE:
        if re.search(pattern, output):
            return sentence
    return None


def run(
    command: Iterable[str | Path],
    *,
    what: str,
    log: Path | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str = "",
) -> str:
    """Run a program and return what it printed; its failure is a clear sentence.

    :param what: what the program was to do, for the sentence
    :param log: file that gets the output
    """
    result = subprocess.run(
        [str(part) for part in command],
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=env,
        cwd=cwd,
        check=False,
    )
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(result.stdout)
    if result.returncode:
        reason = explain(result.stdout)
        if reason:
            raise UserFacingError(f"Could not {what}. {reason}")
        lines = [line for line in result.stdout.splitlines() if line.strip()]
        tail = "\n  ".join(lines[-8:])
        raise UserFacingError(
            f"Could not {what}{f' (whole log: {log})' if log else ''}:\n  {tail}"
        )
    return result.stdout


def content_hash(*parts: str | Path) -> str:
    """A short hash of texts, files and folders (by relative name and content)."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(part.encode() + b"\0")
            continue
        inside = (path for path in part.rglob("*") if path.is_file())
        for file in sorted(inside) if part.is_dir() else [part]:
            digest.update(str(file.relative_to(part)).encode() + b"\0")
            digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


@contextlib.contextmanager
def locked(path: Path, *, shared: bool = False) -> Iterator[int]:
    """Hold a lock file; a second one who wants it waits, and is told so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Waiting for another run of these scripts ({path.name}) …")
            fcntl.flock(descriptor, kind)
        yield descriptor
    finally:
        os.close(descriptor)


def make_whole(folder: Path, build: Callable[[Path], None]) -> Path:
    """Make `folder` by `build`, wholly or not at all.

    A stamp file is written last: what an interrupted run left behind has none and is
    made again.
    """
    stamp = folder / ".complete"
    if stamp.exists():
        return folder
    with locked(folder.parent / f"{folder.name}.lock"):
        if not stamp.exists():  # another run may have made it meanwhile
            if folder.exists():
                say(f"An earlier set-up of {folder.name} was cut short: again.")
                shutil.rmtree(folder)
            enough_disk(folder.parent, 3)
            folder.mkdir(parents=True)
            build(folder)
            stamp.touch()
    return folder


def enough_disk(folder: Path, gigabytes: float) -> None:
    """Refuse to begin what the disk has no room for."""
    free = shutil.disk_usage(folder).free / 1e9
    if free < gigabytes:
        raise UserFacingError(
            f"The disk of {folder} is full: {free:.1f} GB are free and {gigabytes:g} "
            "GB are needed; make room or name another folder in CRM_REFERRAL_CACHE."
        )


def keep_newest(folders: Iterable[Path], count: int) -> list[Path]:
    """Remove all but the `count` newest of `folders`; return the removed ones."""
    newest_first = sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)
    for folder in newest_first[count:]:
        shutil.rmtree(folder, ignore_errors=True)
    return newest_first[count:]


class Stopwatch:
    """Seconds since it was made, for people."""

    def __init__(self) -> None:
        self.started = time.monotonic()

    def __str__(self) -> str:
        seconds = round(time.monotonic() - self.started)
        return f"{seconds // 60}:{seconds % 60:02}"
