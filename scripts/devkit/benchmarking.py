"""scripts/bench: the benchmarks in benchmarks/, each on a database of its own."""

import argparse
import ast
import contextlib
import os
import subprocess
import time
from pathlib import Path

from . import base, odoo, postgres, venv
from .database import Lab, stopped

FOLDER = base.ROOT / "benchmarks"
# The option of a benchmark that also measures on a database without our addons.
BARE = "--bare-database"
# What a benchmark says that measures what is optional.
OPTIONAL = "NEEDS_OPTIONAL = True"


def benchmarks() -> dict[str, str]:
    """The benchmarks by name, and what they say of themselves."""
    found = {}
    for path in sorted(FOLDER.glob("[!_]*.py")):
        doc = ast.get_docstring(ast.parse(path.read_text())) or ""
        found[path.stem] = doc.partition("\n")[0]
    return found


def run(lab: Lab, name: str, arguments: list[str]) -> int:
    """Run a benchmark in the virtual environment, on a fresh copy of our addons."""
    script = FOLDER / f"{name}.py"
    with contextlib.ExitStack() as stack:
        optional = OPTIONAL in script.read_text()
        template = lab.template_guests() if optional else lab.template_addon()
        database = stack.enter_context(lab.database(template))
        command = [str(lab.python), str(script), *arguments]
        options = [f"--database={database}", f"--config={lab.config}"]
        if BARE in script.read_text():
            bare = stack.enter_context(lab.database(lab.template_base()))
            options.append(f"{BARE}={bare}")
        process = subprocess.Popen(
            [*command, *options], env={**os.environ, **lab.env}, cwd=base.ROOT
        )
        with stopped(process):
            return process.wait()


def main() -> int:
    known = benchmarks()
    lines = "\n".join(f"  {name:18} {doc}" for name, doc in known.items())
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measure; benchmarks/README.md tells what was measured before.",
        epilog=f"benchmarks:\n{lines}\n\nAll other arguments go to the benchmark.",
        allow_abbrev=False,
    )
    parser.add_argument("name", choices=known, metavar="benchmark")
    options, arguments = parser.parse_known_args()
    logs = base.ROOT / f"logs/bench-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    logs.mkdir(parents=True)
    base.keep_newest(Path(logs.parent).glob("bench-*"), 10)
    with postgres.server("test", durable=False) as server:
        data = base.cache_dir() / "test-data"
        lab = Lab(odoo.find(), venv.python(venv.DEV), server, data, logs)
        return run(lab, options.name, arguments)
