"""scripts/lint: what can be said of the files without running Odoo."""

import argparse
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

from . import base, odoo, traps, venv

# Rules of Odoo's own pylint test (test_lint/tests/test_pylint.py).
ODOO_RULES = (
    "used-before-assignment,undefined-variable,eval-used,unreachable,"
    "function-redefined,sql-injection,missing-gettext,gettext-variable,"
    "gettext-placeholders,gettext-repr,raise-unlink-override"
)
ODOO_PLUGINS = (
    "_pylint_path_setup,_odoo_checker_sql_injection,_odoo_checker_gettext,"
    "_odoo_checker_unlink_override"
)


def addon_files(*suffixes: str) -> list[str]:
    """The files of our addons with these suffixes, without libraries of others."""
    return sorted(
        str(path.relative_to(base.ROOT))
        for addon in base.addons()
        for path in (base.ROOT / addon).rglob("*")
        if path.suffix in suffixes and "lib" not in path.parts and path.is_file()
    )


def _run(command: list[str | Path], **env: str) -> str:
    """What a linter says, nothing if it is content."""
    result = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=base.ROOT,
        env={**os.environ, **env},
        check=False,
    )
    output = result.stdout.strip()
    return output or f"exit status {result.returncode}" if result.returncode else ""


def _tool(name: str, *arguments: str) -> str:
    return _run([venv.python(venv.DEV).with_name(name), *arguments])


def _python_files() -> list[str]:
    entries = [f"scripts/{name}" for name in ("run", "test", "lint")]
    return [*base.addons(), "scripts", "tests", *entries]


def ruff() -> str:
    return _tool("ruff", "check", "--no-cache", *_python_files())


def ruff_format() -> str:
    return _tool("ruff", "format", "--no-cache", "--check", *_python_files())


def pylint_odoo() -> str:
    return _tool("pylint", "--rcfile=.pylintrc", *base.addons())


def pylint_of_odoo() -> str:
    """Odoo's own checkers: SQL injection, texts without translation, unlink."""
    source = odoo.find()
    found = [
        path / "test_lint/tests"
        for path in source.addons_paths
        if (path / "test_lint").is_dir()
    ]
    return _run(
        [venv.python(venv.DEV).with_name("pylint"), f"--rcfile={os.devnull}"]
        + ["--disable=all", f"--enable={ODOO_RULES}", "--reports=n", "--score=n"]
        + [f"--load-plugins={ODOO_PLUGINS}", *base.addons()],
        PYTHONPATH=f"{found[0]}:{source.path}",
    )


def oca_hooks() -> str:
    return _tool("oca-checks-odoo-module", "--config=.oca_hooks.cfg", *base.addons())


def prettier() -> str:
    files = [*addon_files(".js", ".scss"), "eslint.config.mjs", "package.json"]
    node = venv.node_modules()
    script = node / "node_modules/prettier/bin/prettier.cjs"
    config = node / ".prettierrc.json"
    return _run(["node", script, "--config", config, "--check", *files])


def eslint() -> str:
    files = addon_files(".js")
    if not files:
        return ""
    node = venv.node_modules()
    script = node / "node_modules/eslint/bin/eslint.js"
    return _run(["node", script, "--config", node / "eslint.config.mjs", *files])


def xml() -> str:
    trouble = []
    for name in addon_files(".xml", ".svg"):
        try:
            ElementTree.parse(base.ROOT / name)
        except ElementTree.ParseError as error:
            trouble.append(f"{name}: {error}")
    return "\n".join(trouble)


def silent_traps() -> str:
    return "\n".join(traps.in_addons())


CHECKS: dict[str, Callable[[], str]] = {
    "ruff": ruff,
    "format": ruff_format,
    "traps": silent_traps,
    "xml": xml,
    "pylint-odoo": pylint_odoo,
    "odoo-pylint": pylint_of_odoo,
    "oca-hooks": oca_hooks,
    "prettier": prettier,
    "eslint": eslint,
}


def check(logs: Path, names: list[str] | None = None) -> Iterator[tuple[str, str]]:
    """Yield each check's name and its complaints; those go into a log file too."""
    for name in names or CHECKS:
        trouble = CHECKS[name]()
        if trouble:
            (logs / f"lint-{name}.log").write_text(trouble + "\n")
        yield name, trouble


def fix() -> None:
    """Let the formatters do what they can."""
    _tool("ruff", "check", "--no-cache", "--fix", "--quiet", *_python_files())
    _tool("ruff", "format", "--no-cache", "--quiet", *_python_files())
    files = addon_files(".js", ".scss")
    if files:
        node = venv.node_modules()
        script = node / "node_modules/prettier/bin/prettier.cjs"
        config = node / ".prettierrc.json"
        _run(["node", script, "--config", config, "--write", *files])


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/lint", description=__doc__)
    parser.add_argument("--fix", action="store_true", help="first mend what can be")
    parser.add_argument(
        "checks", nargs="*", metavar="check", help=f"only these: {', '.join(CHECKS)}"
    )
    options = parser.parse_args()
    unknown = set(options.checks) - set(CHECKS)
    if unknown:
        parser.error(f"no check {', '.join(unknown)}; there are {', '.join(CHECKS)}")
    logs = base.ROOT / f"logs/lint-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    logs.mkdir(parents=True)
    base.keep_newest(logs.parent.glob("lint-*"), 10)
    if options.fix:
        fix()
    failed = []
    for name, trouble in check(logs, options.checks):
        print(f"{name:12} {'FAILED' if trouble else 'ok'}", flush=True)
        if trouble:
            failed.append(name)
            print(trouble, flush=True)
    return 1 if failed else 0
