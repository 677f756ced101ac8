"""scripts/lint: what can be said of the files without running Odoo."""

import argparse
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from . import base, borders, documents, odoo, sizes, traps, venv

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


PRETTIER = ("prettier/bin/prettier.cjs", ".prettierrc.json")
ESLINT = ("eslint/bin/eslint.js", "eslint.config.mjs")
# The Python files that no suffix tells.
ENTRIES = ("scripts/run", "scripts/test", "scripts/lint", "scripts/bench")


def our_files() -> list[str]:
    """The files that are ours: not what was generated, nor a library of others."""
    folders = [*base.addons(), "scripts", "tests", "benchmarks"]
    return ["eslint.config.mjs", "package.json"] + sorted(
        str(path.relative_to(base.ROOT))
        for folder in folders
        for path in (base.ROOT / folder).rglob("*")
        if path.is_file() and not {"lib", "__pycache__"} & set(path.parts)
    )


def _with_suffix(files: list[str], *suffixes: str) -> list[str]:
    return [name for name in files if name.endswith(suffixes)]


def _python(files: list[str]) -> list[str]:
    return [name for name in files if name.endswith(".py") or name in ENTRIES]


def _addons(files: list[str]) -> list[str]:
    return [
        addon
        for addon in base.addons()
        if any(name.startswith(f"{addon}/") for name in files)
    ]


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


def _node(tool: str, config: str, *arguments: str) -> str:
    node = venv.node_modules()
    program = node / "node_modules" / tool
    return _run(["node", program, "--config", node / config, *arguments])


def ruff(files: list[str]) -> str:
    return _tool("ruff", "check", "--no-cache", *_python(files))


def ruff_format(files: list[str]) -> str:
    return _tool("ruff", "format", "--no-cache", "--check", *_python(files))


def silent_traps(files: list[str]) -> str:
    found = (
        f"{name}:{number}: {trap.pattern} → {trap.instead}"
        for addon in _addons(files)
        for name in files
        if name.startswith(f"{addon}/")
        for number, trap in traps.in_file(base.ROOT / name)
    )
    return "\n".join(found)


def who_knows_whom(files: list[str]) -> str:
    return "\n".join(borders.complaints(base.ROOT, files))


def too_long(files: list[str]) -> str:
    return "\n".join(sizes.complaints(base.ROOT, files))


def xml(files: list[str]) -> str:
    trouble = []
    for name in _with_suffix(files, ".xml", ".svg"):
        try:
            ElementTree.parse(base.ROOT / name)
        except ElementTree.ParseError as error:
            trouble.append(f"{name}: {error}")
    return "\n".join(trouble)


def pylint_odoo(files: list[str]) -> str:
    return _tool("pylint", "--rcfile=.pylintrc", *_addons(files))


def pylint_of_odoo(files: list[str]) -> str:
    """Odoo's own checkers: SQL injection, texts without translation, unlink."""
    source = odoo.find()
    plugins = source.addon("test_lint") / "tests"
    return _run(
        [venv.python(venv.DEV).with_name("pylint"), f"--rcfile={os.devnull}"]
        + ["--disable=all", f"--enable={ODOO_RULES}", "--reports=n", "--score=n"]
        + [f"--load-plugins={ODOO_PLUGINS}", *_addons(files)],
        PYTHONPATH=f"{plugins}:{source.path}",
    )


def oca_hooks(files: list[str]) -> str:
    return _tool("oca-checks-odoo-module", "--config=.oca_hooks.cfg", *_addons(files))


def prettier(files: list[str]) -> str:
    chosen = _with_suffix(files, ".js", ".mjs", ".scss", "package.json")
    return _node(*PRETTIER, "--check", *chosen)


def eslint(files: list[str]) -> str:
    return _node(*ESLINT, *_with_suffix(files, ".js"))


def made_documents(_files: list[str]) -> str:
    return "\n".join(
        f"{path.relative_to(base.ROOT)} is stale: scripts/lint --fix makes it anew"
        for path in documents.stale()
    )


@dataclass(frozen=True)
class Check:
    """A check, and which files it is about."""

    run: Callable[[list[str]], str]
    chooses: Callable[[list[str]], list[str]]


def _suffix(*suffixes: str) -> Callable[[list[str]], list[str]]:
    return lambda files: _with_suffix(files, *suffixes)


CHECKS = {
    "ruff": Check(ruff, _python),
    "format": Check(ruff_format, _python),
    "traps": Check(silent_traps, _addons),
    "borders": Check(who_knows_whom, _addons),
    "sizes": Check(too_long, _suffix(*sizes.WRITTEN)),
    "documents": Check(made_documents, _addons),
    "xml": Check(xml, _suffix(".xml", ".svg")),
    "pylint-odoo": Check(pylint_odoo, _addons),
    "odoo-pylint": Check(pylint_of_odoo, _addons),
    "oca-hooks": Check(oca_hooks, _addons),
    "prettier": Check(prettier, _suffix(".js", ".mjs", ".scss", "package.json")),
    "eslint": Check(eslint, _suffix(".js")),
}


def check(logs: Path, chosen: list[str] | None = None) -> Iterator[tuple[str, str]]:
    """Yield each check's name and its complaints; those go into a log file too.

    :param chosen: names of checks, files and folders; all without
    """
    names = [name for name in chosen or [] if name in CHECKS] or list(CHECKS)
    files = chosen_files([name for name in chosen or [] if name not in CHECKS])
    for name in names:
        selected = CHECKS[name].chooses(files)
        trouble = CHECKS[name].run(files) if selected else ""
        if trouble:
            (logs / f"lint-{name}.log").write_text(trouble + "\n")
        yield name, trouble


def chosen_files(names: list[str]) -> list[str]:
    """Our files that are one of these, or in one of these folders."""
    files = our_files()
    if not names:
        return files
    paths = [Path(name).absolute() for name in names]
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise base.UserFacingError(
            f"{', '.join(missing)} is neither a file nor a check; "
            f"the checks are {', '.join(CHECKS)}."
        )
    return [
        name
        for name in files
        if any((base.ROOT / name).is_relative_to(path) for path in paths)
    ]


def fix(files: list[str]) -> None:
    """Let the formatters do what they can, make what is made of other files."""
    if python := _python(files):
        _tool("ruff", "check", "--no-cache", "--fix", "--quiet", *python)
        _tool("ruff", "format", "--no-cache", "--quiet", *python)
    if scripts := CHECKS["prettier"].chooses(files):
        _node(*PRETTIER, "--write", *scripts)
    if _addons(files):
        documents.make()


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/lint", description=__doc__)
    parser.add_argument("--fix", action="store_true", help="first mend what can be")
    parser.add_argument(
        "chosen",
        nargs="*",
        metavar="what",
        help=f"only these files, folders or checks ({', '.join(CHECKS)})",
    )
    options = parser.parse_args()
    logs = base.ROOT / f"logs/lint-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    logs.mkdir(parents=True)
    base.keep_newest(logs.parent.glob("lint-*"), 10)
    if options.fix:
        fix(chosen_files([name for name in options.chosen if name not in CHECKS]))
    failed = False
    for name, trouble in check(logs, options.chosen):
        print(f"{name:12} {'FAILED' if trouble else 'ok'}", flush=True)
        if trouble:
            failed = True
            print(trouble, flush=True)
    return int(failed)
