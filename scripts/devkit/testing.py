"""scripts/test: everything that must pass, one line per part at the end."""

import argparse
import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from . import base, lint, odoo, postgres, system, venv
from .database import Lab, stopped

LOGS = base.ROOT / "logs"
SCRIPT_TESTS = base.ROOT / "tests"
SHOWN = 20  # failures of a part that are named on the terminal
TIMEOUT = 1500  # seconds for one part

# Lines of Odoo's log that say nothing about our addons.
HARMLESS = re.compile(
    r"Running as user 'root' is a security risk"
    r"|odoo\.tools\.config: "
    r"|Missing widget|unpatched Qt"
)
# Reasons for which a test may be skipped, while the system has not what they name.
ALLOWED_SKIPS = {"wkhtmltopdf is not installed": system.WKHTMLTOPDF}


@dataclass
class Result:
    """What came of a part."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    notes: list[str] = field(default_factory=list)

    def fail(self, note: str) -> None:
        self.failed += 1
        self.notes.append(note)

    def add(self, other: "Result") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self) -> str:
        text = f"{self.passed} passed"
        if self.failed:
            text += f", {self.failed} failed"
        if self.skipped:
            text += f", {self.skipped} skipped"
        return text


class Session:
    """What the parts share; the database and its templates are made when first used."""

    def __init__(self, logs: Path, screenshots: Path | None = None) -> None:
        self.logs = logs
        self.screenshots = screenshots
        self._stack = contextlib.ExitStack()
        self._lab: Lab | None = None

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stack.close()

    @property
    def lab(self) -> Lab:
        if not self._lab:
            source = odoo.find()
            python = venv.python(venv.DEV)
            server = self._stack.enter_context(postgres.server("test", durable=False))
            data = base.cache_dir() / "test-data"
            self._lab = Lab(source, python, server, data, self.logs)
            self._lab.tidy()
        return self._lab

    def pytest(
        self, part: str, *arguments: str, env: dict[str, str] | None = None
    ) -> Result:
        """Run pytest in the virtual environment, quietly; count by its report."""
        report = self.logs / f"{part}.xml"
        log = self.logs / f"{part}.log"
        command = [str(venv.python(venv.DEV)), "-m", "pytest", "-p", "no:cacheprovider"]
        with log.open("w") as output:
            process = subprocess.Popen(
                [*command, f"--junit-xml={report}", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env or os.environ,
                cwd=base.ROOT,
            )
            with stopped(process):
                status = process.wait(TIMEOUT)
        result = count_junit(report)
        if status and not result.failed:
            result.fail(f"pytest ended with status {status}: {last_line(log)}")
        return result

    def odoo_pytest(self, part: str, template: str, *arguments: str) -> Result:
        """Run pytest-odoo on a copy of a template."""
        with self.lab.database(template) as name:
            return self.pytest(
                part, *self.odoo_options(name), *arguments, env=self.lab.env
            )

    def odoo_options(self, database: str) -> list[str]:
        """Options of pytest-odoo."""
        options = [f"--odoo-database={database}", f"--odoo-config={self.lab.config}"]
        options += ["--odoo-log-level=error", "--odoo-http"]
        if self.screenshots:
            options.append(f"--odoo-extra=screenshots={self.screenshots}")
        return options


def last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line]
    return lines[-1] if lines else "nothing printed"


def count_junit(report: Path) -> Result:
    """Count the tests of a JUnit file; a skip without allowed reason is a failure."""
    result = Result()
    if not report.exists():
        return result
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        skip = case.find("skipped")
        bad = [*case.iter("failure"), *case.iter("error")]
        if bad:
            where = ".".join(name.split(".")[-3:])
            result.fail(f"{where}: {(bad[0].get('message') or '')[:300]}")
        elif skip is None:
            result.passed += 1
        elif _is_allowed(skip.get("message") or ""):
            result.skipped += 1
        else:
            result.fail(f"{name} skipped: {skip.get('message')}")
    return result


def _is_allowed(skip: str) -> bool:
    return any(
        reason in skip and not need.is_met() for reason, need in ALLOWED_SKIPS.items()
    )


def addon_tests(*, tours: bool) -> list[str]:
    """The test files of our addons: those with tours, or all the others."""
    return [
        str(file.relative_to(base.ROOT))
        for addon in base.addons()
        for file in sorted((base.ROOT / addon / "tests").rglob("test_*.py"))
        if ("tour" in file.name) is tours
    ]


# The parts


def part_lint(session: Session) -> Result:
    """ruff, pylint-odoo, Odoo's own pylint rules, prettier, eslint, XML, traps"""
    result = Result()
    for name, trouble in lint.check(session.logs):
        if trouble:
            result.fail(f"{name}: see {session.logs}/lint-{name}.log")
        else:
            result.passed += 1
    return result


def part_scripts(session: Session) -> Result:
    """the tests of these scripts: bad surroundings, the checkers themselves"""
    return session.pytest("scripts", "-p", "no:odoo", str(SCRIPT_TESTS / "scripts"))


def part_python(session: Session) -> Result:
    """the Python tests of our addons"""
    files = addon_tests(tours=False)
    if not files:
        return Result(failed=1, notes=["no file tests/test_*.py"])
    system.require(system.CHINESE_FONTS)
    # A scheduled report as PDF is made for real, where that can be.
    if not system.get_if_offered(system.WKHTMLTOPDF):
        base.say("  no package wkhtmltopdf here: the tests that make a PDF are skipped")
    return session.odoo_pytest("python", session.lab.template_assets(), *files)


def part_tours(session: Session) -> Result:
    """the tours of our addons, in headless Chromium"""
    files = addon_tests(tours=True)
    if not files:
        return Result(failed=1, notes=["no file tests/test_*tour*.py"])
    system.require(system.CHROMIUM, system.CHINESE_FONTS)
    return session.odoo_pytest("tours", session.lab.template_assets(), *files)


def part_hoot(session: Session) -> Result:
    """the hoot tests of our addons, on a desktop"""
    return _hoot(session, "hoot", "/web:WebSuite.test_unit_desktop")


def part_hoot_mobile(session: Session) -> Result:
    """the same on a phone"""
    return _hoot(session, "hoot-mobile", "/web:MobileWebSuite.test_unit_mobile")


def _hoot(session: Session, part: str, test: str) -> Result:
    system.require(system.CHROMIUM, system.CHINESE_FONTS)
    result = Result()
    addons = [
        addon
        for addon in base.addons()
        if next((base.ROOT / addon / "static/tests").rglob("*.test.js"), None)
    ]
    if not addons:
        result.fail("no addon has a static/tests/**/*.test.js")
    for addon in addons:
        with session.lab.database(session.lab.template_assets()) as name:
            log = f"{part}-{addon}"
            status, output = session.lab.odoo(
                *("-d", name, "--stop-after-init", f"--test-tags={test}[@{addon}]"),
                *free_ports(),
                *screenshots(session),
                log=log,
            )
        # A name that matches no suite would run the tests of all of Odoo.
        suites = set(re.findall(r"\[HOOT\] Running suite.*?@(\w+)", output))
        counts = [int(n) for n in re.findall(r"\[HOOT\] Passed (\d+) tests", output)]
        failures = re.findall(r"\[HOOT\] (?:Failed|Test) \"?(.+?)\"? failed", output)
        result.passed += sum(counts)
        if status or failures or not sum(counts) or suites - {addon}:
            result.failed += max(0, len(failures) - 1)
            result.fail(f"{addon}: {failures or 'no test passed'}, see {log}.log")
    return result


def part_operations(session: Session) -> Result:
    """install, upgrade, uninstall; exports in real servers; a replica"""
    return _lab_tests(session, "operations")


def part_libreoffice(session: Session) -> Result:
    """LibreOffice opens our workbooks and finds every cell as it is in the database"""
    system.require(system.LIBREOFFICE)
    return _lab_tests(session, "libreoffice")


def _lab_tests(session: Session, part: str) -> Result:
    """Run the tests of tests/<part>, which make their own databases."""
    lab = session.lab
    lab.template_addon()
    env = {**lab.env, "PYTHONPATH": f"{base.ROOT}/scripts:{lab.env['PYTHONPATH']}"}
    env["CRM_REFERRAL_LAB"] = str(session.logs / part)
    return session.pytest(part, "-p", "no:odoo", str(SCRIPT_TESTS / part), env=env)


def part_translations(session: Session) -> Result:
    """the .pot files are fresh, the Chinese files complete and in the right words"""
    result = Result()
    for addon, status, lines in translations(session, "check"):
        right = [line for line in lines if line.startswith("ok ")]
        result.passed += len(right)
        for line in lines:
            if line not in right:
                result.fail(line)
        if status and len(right) == len(lines):
            result.fail(f"the checker of {addon} ended with status {status}")
    return result


def translations(
    session: Session, command: str
) -> Iterator[tuple[str, int, list[str]]]:
    """Export the texts of each addon, and check or update its files with them."""
    lab = session.lab
    with lab.database(lab.template_addon()) as name:
        for addon in base.addons():
            exported = session.logs / f"{addon}.pot"
            lab.odoo(
                *("i18n", "export", "-d", name, "-l", "pot", "-o", str(exported)),
                addon,
                log=f"translations-{addon}",
            )
            checked = subprocess.run(
                [str(lab.python), "-m", "devkit.translations", command]
                + [str(base.ROOT / addon), str(exported)],
                env={**os.environ, "PYTHONPATH": str(base.ROOT / "scripts")},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            yield addon, checked.returncode, checked.stdout.splitlines()


def part_odoo_lint(session: Session) -> Result:
    """Odoo's own test_lint, over our addons"""
    tests = session.lab.source.addon("test_lint") / "tests"
    names = "dunderinit i18n index jstranslate manifests markers naming"
    names += " onchange_domains orm_import override_signatures pofile routes test_holes"
    env = {**session.lab.env}
    env["PYTHONPATH"] += f":{base.ROOT / 'scripts'}"
    with session.lab.database(session.lab.template_addon()) as name:
        return session.pytest(
            "odoo-lint",
            *("-p", "devkit.only_our_addons"),
            *session.odoo_options(name),
            *(str(tests / f"test_{each}.py") for each in names.split()),
            env=env,
        )


def part_crm(session: Session) -> Result:
    """Odoo's own tests of crm, with our addons installed"""
    system.require(system.CHROMIUM)
    with session.lab.database(session.lab.template_assets()) as name:
        _status, output = session.lab.odoo(
            *("-d", name, "--stop-after-init", "--test-tags=/crm"),
            *free_ports(),
            *screenshots(session),
            log="crm",
            # As Odoo runs them: some of its tours do not wait for the server.
            env={"ODOO_TEST_FAILURE_RETRIES": "1"},
        )
    for test in re.findall(r"Retrying a failed test: (.+)", output):
        base.say(f"  tried again: {test}")
    return count_odoo(output)


def count_odoo(output: str) -> Result:
    """Count the tests of Odoo's runner by its last line."""
    result = Result()
    summary = re.search(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests", output)
    if not summary:
        result.fail("Odoo did not finish its tests")
        return result
    bad, errors, total = map(int, summary.groups())
    result.failed = bad + errors
    result.passed = total - result.failed
    if result.failed:  # and not just tried again
        result.notes += re.findall(r"(?:FAIL|ERROR): ([A-Z]\w+\.test_\w+)", output)
    skips = re.findall(r"skipped (.*)", output)
    for skip in skips:
        result.passed -= 1
        result.fail(f"skipped {skip}")
    return result


def free_ports() -> list[str]:
    """Options for two free ports."""
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        ports = first.getsockname()[1], second.getsockname()[1]
    return [f"--http-port={ports[0]}", f"--gevent-port={ports[1]}"]


def screenshots(session: Session) -> list[str]:
    return [f"--screenshots={session.screenshots or session.logs / 'screenshots'}"]


def install_warnings(log: str) -> list[str]:
    """The lines of an installation's log that must not be there."""
    bad = re.compile(r" (WARNING|ERROR|CRITICAL) |Traceback \(most recent|Warning: ")
    return [
        line
        for line in log.splitlines()
        if bad.search(line) and not HARMLESS.search(line)
    ]


PARTS: dict[str, Callable[[Session], Result]] = {
    "lint": part_lint,
    "scripts": part_scripts,
    "python": part_python,
    "translations": part_translations,
    "odoo-lint": part_odoo_lint,
    "operations": part_operations,
    "libreoffice": part_libreoffice,
    "tours": part_tours,
    "hoot": part_hoot,
    "hoot-mobile": part_hoot_mobile,
    "crm": part_crm,
}


# No browser, and no clock that matters: they run beside the Python tests, which take
# one processor and most of the time.
BESIDE_PYTHON = (
    "lint",
    "scripts",
    "translations",
    "odoo-lint",
    "operations",
    "libreoffice",
)


# The command


def main() -> int:
    width = max(map(len, PARTS))
    parts = "\n".join(f"  {name:{width}}  {p.__doc__}" for name, p in PARTS.items())
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
    if paths and all(path.is_relative_to(SCRIPT_TESTS) for path in paths):
        return _foreground([*command, "-p", "no:odoo", *arguments], dict(os.environ))
    lab = session.lab
    if not paths:
        arguments += addon_tests(tours=False) + addon_tests(tours=True)
    with lab.database(lab.template_addon()) as name:
        return _foreground([*command, *session.odoo_options(name), *arguments], lab.env)


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
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise base.UserFacingError(
            f"There is no part {', '.join(unknown)}; the parts are {', '.join(PARTS)}."
        )
    venv.python(venv.DEV)  # what every part needs: its trouble is not a failed test
    watch = base.Stopwatch()
    lines = []
    total = Result()
    for name in names:
        base.say(f"{name}: {PARTS[name].__doc__} …")
        part_watch = base.Stopwatch()
        try:
            result = PARTS[name](session)
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
