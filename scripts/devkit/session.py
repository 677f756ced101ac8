"""What the parts of scripts/test share: a database, a place for logs, counting."""

import contextlib
import os
import re
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from . import base, odoo, postgres, system, venv
from .database import Lab, stopped

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
        self.notes += other.notes

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
            postgres.require_programs()
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


def install_warnings(log: str) -> list[str]:
    """The lines of an installation's log that must not be there."""
    bad = re.compile(r" (WARNING|ERROR|CRITICAL) |Traceback \(most recent|Warning: ")
    return [
        line
        for line in log.splitlines()
        if bad.search(line) and not HARMLESS.search(line)
    ]
