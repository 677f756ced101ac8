"""scripts/test: everything that must pass, one line per part at the end."""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from . import base, venv
from .database import Lab, stopped
from .parts import (
    BESIDE_PYTHON,
    NIGHTLY,
    PARTS,
    PROPERTIES,
    SCRIPT_TESTS,
    addon_tests,
    translations,
)
from .session import TIMEOUT, Result, Session

LOGS = base.ROOT / "logs"
SHOWN = 20  # failures of a part that are named on the terminal


def main() -> int:
    width = max(map(len, PARTS))
    parts = "\n".join(f"  {name:{width}}  {p.__doc__}" for name, p in PARTS.items())
    parts += "\n\nand only when they are named, each night:\n"
    parts += "\n".join(f"  {name:{width}}  {p.__doc__}" for name, p in NIGHTLY.items())
    parser = argparse.ArgumentParser(
        prog="scripts/test",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Run everything that must pass, or what the arguments name.",
        epilog=f"parts:\n{parts}\n\nAll other arguments go to pytest, on a warm "
        "database:\n  scripts/test crm_referral/tests/test_referral.py -k skip -x",
        allow_abbrev=False,
    )
    parser.add_argument("--part", metavar="A,B", help="only these parts")
    parser.add_argument(
        "--screenshots", metavar="DIR", type=Path, help="where pictures of tours go"
    )
    parser.add_argument(
        "--update-translations",
        action="store_true",
        help="write the .pot files, put new texts into the .po files, and stop",
    )
    options, rest = parser.parse_known_args()
    logs = LOGS / f"test-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    logs.mkdir(parents=True)
    base.keep_newest(LOGS.glob("test-*"), 10)
    shots = options.screenshots and options.screenshots.absolute()
    with Session(logs, shots) as session:
        if options.update_translations:
            for _addon, _status, lines in translations(session, "update"):
                base.say("\n".join(lines))
            return 0
        if rest:
            return inner_loop(session, rest)
        if options.part:
            return run_parts(session, options.part.split(","))
        return run_all(session)


def inner_loop(session: Session, arguments: list[str]) -> int:
    """Run pytest with these arguments on a copy of the warm template."""
    paths = [base.ROOT / each.split("::")[0] for each in arguments]
    paths = [path for path in paths if path.exists()]
    python = str(venv.python(venv.DEV))
    command = [python, "-m", "pytest", "-p", "no:cacheprovider", "-q"]
    plain = [
        path.is_relative_to(SCRIPT_TESTS) and not path.is_relative_to(PROPERTIES)
        for path in paths
    ]
    if paths and all(plain):
        return _foreground([*command, "-p", "no:odoo", *arguments], dict(os.environ))
    lab = session.lab
    if not paths:
        ours = base.core()
        arguments += addon_tests(ours, tours=False) + addon_tests(ours, tours=True)
    template = find_template(lab, paths)
    with lab.database(template) as name:
        return _foreground([*command, *session.odoo_options(name), *arguments], lab.env)


def find_template(lab: Lab, paths: list[Path]) -> str:
    """The smallest template that has what is tested in these files."""

    def is_in(addons: list[str]) -> bool:
        folders = [base.ROOT / name for name in addons]
        return any(path.is_relative_to(folder) for path in paths for folder in folders)

    if is_in(base.bridges()):
        return lab.template_bridges()
    return lab.template_guests() if is_in(base.guests()) else lab.template_addon()


def _foreground(command: list[str], env: dict[str, str]) -> int:
    process = subprocess.Popen(command, cwd=base.ROOT, env=env)
    with stopped(process):
        return process.wait()


def run_all(session: Session) -> int:
    """Run every part: on two processors, some beside the others."""
    if (os.cpu_count() or 1) < 2:
        return run_parts(session, PARTS)
    venv.python(venv.DEV)
    session.lab.template_assets()  # once, for both
    # The child says what it runs; its sum is not the sum of all.
    command = [sys.executable, str(base.ROOT / "scripts" / "test")]
    log = session.logs / "beside.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, f"--part={','.join(BESIDE_PYTHON)}"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=base.ROOT,
        )
        with stopped(process):
            here = [
                "python",
                *(p for p in PARTS if p not in (*BESIDE_PYTHON, "python")),
            ]
            return run_parts(session, here, lambda: read_beside(process, log))


def read_beside(process: "subprocess.Popen[bytes]", log: Path) -> dict[str, Result]:
    """What came of the parts that run beside, when they are done.

    :return: the result of each part, with its time as the last note
    """
    process.wait(2 * TIMEOUT)
    output = log.read_text(errors="replace")
    pattern = (
        r"^(\S+) +(\d+) passed(?:, (\d+) failed)?(?:, (\d+) skipped)? +(\d+:\d\d)$"
    )
    found = {
        match[1]: (Result(*(int(n or 0) for n in match.groups()[1:4])), match[5])
        for match in re.finditer(pattern, output, re.MULTILINE)
    }
    for note in re.findall(r"^  (?:FAILED|…) .+(?:\n    .+)*", output, re.MULTILINE):
        base.say(note)
    results = {}
    for name in BESIDE_PYTHON:
        result, time_taken = found.get(name, (Result(), ""))
        if name not in found:
            result.fail(f"{name} did not end, see {log}")
            base.say(f"  FAILED {result.notes[0]}")
        result.notes = [time_taken]
        results[name] = result
    return results


def run_parts(
    session: Session,
    names: Iterable[str],
    read_others: Callable[[], dict[str, Result]] = dict,
) -> int:
    """Run these parts; print a line for each, and the sum.

    :param read_others: waits for parts that run elsewhere, and returns their results
    """
    names = list(names)
    parts = PARTS | NIGHTLY
    unknown = [name for name in names if name not in parts]
    if unknown:
        raise base.UserFacingError(
            f"There is no part {', '.join(unknown)}; the parts are {', '.join(parts)}."
        )
    venv.python(venv.DEV)  # what every part needs: its trouble is not a failed test
    watch = base.Stopwatch()
    lines = []
    total = Result()
    for name in names:
        base.say(f"{name}: {parts[name].__doc__} …")
        part_watch = base.Stopwatch()
        try:
            result = parts[name](session)
        except base.UserFacingError as error:
            result = Result(failed=1, notes=[str(error)])
        except subprocess.TimeoutExpired:
            result = Result(failed=1, notes=[f"not done after {TIMEOUT} seconds"])
        if not result.passed and not result.failed:
            result.fail("no test ran")
        for note in result.notes[:SHOWN]:
            base.say("  FAILED " + "\n    ".join(note.splitlines()))
        if len(result.notes) > SHOWN:
            base.say(f"  … and {len(result.notes) - SHOWN} more")
        total.add(result)
        lines.append(f"{name:14} {result!s:30} {part_watch}")
    for name, result in read_others().items():
        total.add(result)
        lines.append(f"{name:14} {result!s:30} {result.notes[0]}")
    base.say("\n".join(["", *lines, f"{'all':14} {'':30} {watch}"]))
    base.say(f"Details: {session.logs}\n")
    base.say(
        f"{total.passed} passed, {total.failed} failed"
        + (f", {total.skipped} skipped" if total.skipped else "")
    )
    return 1 if total.failed else 0
