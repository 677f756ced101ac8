"""Odoo's configuration, template databases, and their copies.

A test database is a copy of a template, which takes half a second. Templates build on
each other, and each is named after a hash of all it was made of:

    base      what our addons depend on, with both Chinese languages, without demo data
    addon     + our addons
    assets    + the bundles a browser loads
    guests    addon + what is optional, and the addon that only tests need
    bridges   addon + the bridges, and what they lead to
"""

import contextlib
import itertools
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from . import base, odoo, venv
from .postgres import Server

TEMPLATE = "crm_referral_template"
COPY = "crm_referral_test"
# What a database does not depend on.
NOT_INSTALLED = re.compile(r"/(tests|readme|description|__pycache__)/|\.(md|rst|pot)$")

# English first: the first language becomes everybody's.
LOAD_LANGUAGES = f"--load-language={','.join(['en_US', *base.LANGUAGES])}"
PREGENERATE = "env['ir.qweb']._pregenerate_assets_bundles(); env.cr.commit()"


def dependencies() -> list[str]:
    """The addons of Odoo that ours build on; what a bridge leads to comes with it."""
    ours = base.addons()
    near = set(ours).difference(base.bridges())
    named = {name for addon in near for name in base.manifest(addon)["depends"]}
    return sorted(named.difference(ours)) or ["base"]


def installed_content() -> str:
    """A hash of all in our addons that an installed database depends on."""
    parts: list[str | Path] = []
    for addon in base.addons():
        for path in sorted((base.ROOT / addon).rglob("*")):
            name = str(path.relative_to(base.ROOT))
            if path.is_file() and not NOT_INSTALLED.search(name):
                parts += [name, path]
    return base.content_hash(*parts)


class Lab:
    """Odoo, a Python for it and a server: makes databases and runs Odoo on them.

    :param data: Odoo's data folder, with the files of the databases
    :param logs: folder for what the programs print
    """

    def __init__(
        self,
        source: odoo.Odoo,
        python: Path,
        server: Server,
        data: Path,
        logs: Path,
    ) -> None:
        self.source = source
        self.python = python
        self.server = server
        self.data = data
        self.logs = logs
        self.env = {**odoo.environment(source), **server.env}
        self.config = logs / "odoo.conf"
        self.markers = data / "templates"
        self._numbers = itertools.count(1)
        self._failures: dict[str, base.UserFacingError] = {}
        for folder in (logs, data / "filestore", self.markers):
            folder.mkdir(parents=True, exist_ok=True)
        paths = [*source.addons_paths, base.ROOT]
        self.write_config(addons_path=",".join(map(str, paths)), data_dir=data)

    def write_config(self, **options: object) -> None:
        """Write Odoo's configuration file."""
        options |= {"http_interface": "127.0.0.1", "list_db": False}
        options |= {"db_maxconn": 32, "db_template": "template0"}
        lines = [f"{key} = {value}" for key, value in options.items()]
        self.config.write_text("\n".join(["[options]", *lines, ""]))

    # Odoo
    def odoo_command(self, *arguments: str) -> list[str]:
        """Odoo's command line; a subcommand has to come first."""
        command = [str(self.python), str(self.source.script)]
        if arguments and not arguments[0].startswith("-"):
            words = list(itertools.takewhile(lambda a: a[0] != "-", arguments))
            command += words
            arguments = arguments[len(words) :]
        return [*command, "-c", str(self.config), *arguments]

    def odoo(
        self,
        *arguments: str,
        log: str,
        stdin: str = "",
        timeout: float = 1800,
        env: dict[str, str] | None = None,
    ) -> tuple[int, str]:
        """Run Odoo; return its exit status and what it printed, also in a log file."""
        path = self.logs / f"{log}.log"
        with path.open("w") as output:
            process = subprocess.Popen(
                self.odoo_command(*arguments),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                env={**self.env, **(env or {})},
                cwd=base.ROOT,
            )
            with stopped(process):
                process.communicate(stdin, timeout=timeout)
        return process.returncode, path.read_text(errors="replace")

    def install(self, name: str, *arguments: str, log: str) -> str:
        """Install or upgrade in database `name`; return the log."""
        status, output = self.odoo(
            *("-d", name, "--stop-after-init", "--no-http", *arguments), log=log
        )
        if status:
            path = self.logs / f"{log}.log"
            tail = "\n  ".join(output.splitlines()[-12:])
            raise base.UserFacingError(
                base.explain(output)
                or f"Odoo could not do `{' '.join(arguments)}` ({path}):\n  {tail}"
            )
        return output

    def shell(self, name: str, code: str, *, log: str) -> str:
        """Run code in Odoo's shell on database `name`."""
        status, output = self.odoo(
            *("shell", "-d", name, "--no-http"), stdin=f"{code}\n", log=log
        )
        if status or "Traceback (most recent call last)" in output:
            raise base.UserFacingError(f"Odoo's shell failed:\n{output[-1500:]}")
        return output

    # Databases
    def filestore(self, name: str) -> Path:
        return self.data / "filestore" / name

    def copy(self, source: str, name: str) -> None:
        """Copy a database that nobody is connected to, and its files (as links)."""
        self.server.command(
            *("createdb", "-T", source, name), what=f"copy the database {source}"
        )
        shutil.rmtree(self.filestore(name), ignore_errors=True)
        if self.filestore(source).exists():
            shutil.copytree(
                self.filestore(source), self.filestore(name), copy_function=os.link
            )

    def drop(self, name: str) -> None:
        self.server.command(
            *("dropdb", "--if-exists", "--force", name), what=f"drop {name}"
        )
        shutil.rmtree(self.filestore(name), ignore_errors=True)

    @contextlib.contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """A database for one use: a copy of `template`, or none yet."""
        name = f"{COPY}_{os.getpid()}_{next(self._numbers)}"
        try:
            if template:
                self.copy(template, name)
            yield name
        finally:
            self.drop(name)

    # Templates
    def template_base(self) -> str:
        modules = dependencies()
        # Odoo lists the addons that it finds: another list, another template.
        pins = (self.source.version, venv.RUN, *modules, *base.addons(), LOAD_LANGUAGES)

        def build(name: str) -> None:
            base.say(f"Installing {', '.join(modules)} (half a minute, kept) …")
            self.install(name, f"-i{','.join(modules)}", LOAD_LANGUAGES, log=name)

        return self._template("base", base.content_hash(*pins), None, build)

    def template_addon(self) -> str:
        """With the product; the log of its installation is kept beside the marker."""
        source = self.template_base()
        addons = base.core()
        pins = base.content_hash(source, installed_content())

        def build(name: str) -> None:
            base.say(f"Installing {', '.join(addons)} …")
            self.install(name, f"-i{','.join(addons)}", log=name)

        return self._template("addon", pins, source, build)

    def template_guests(self) -> str:
        """With what is optional, too, and with the addon that only tests need."""
        source = self.template_addon()
        addons = base.guests()

        def build(name: str) -> None:
            base.say(f"Installing {', '.join(addons)} …")
            self.install(name, f"-i{','.join(addons)}", log=name)

        pins = source.rpartition("_")[2]
        return self._template("guests", pins, source, build)

    def template_bridges(self) -> str:
        """With the bridges, and the addons of Odoo that they lead to."""
        source = self.template_addon()
        addons = base.bridges()

        def build(name: str) -> None:
            base.say(f"Installing {', '.join(addons)} (some minutes, kept) …")
            self.install(name, f"-i{','.join(addons)}", log=name)

        pins = source.rpartition("_")[2]
        return self._template("bridges", pins, source, build)

    def template_assets(self) -> str:
        source = self.template_addon()

        def build(name: str) -> None:
            base.say("Making the bundles for the browser …")
            self.shell(name, PREGENERATE, log=name)

        pins = source.rpartition("_")[2]
        return self._template("assets", pins, source, build)

    def install_log(self, template: str) -> str:
        return (self.markers / f"{template}.log").read_text(errors="replace")

    def _template(self, level: str, pins: str, source: str | None, build) -> str:
        """The template of a level, made under another name if it does not exist."""
        name = f"{TEMPLATE}_{level}_{pins}"
        marker = self.markers / f"{name}.log"
        if name in self._failures:  # do not try again for each part of a run
            raise self._failures[name]
        with base.locked(self.data / "templates.lock"):
            if not marker.exists() or name not in self.server.databases():
                temporary = f"{name}_unfinished"
                for leftover in (temporary, name):
                    self.drop(leftover)
                base.enough_disk(self.data, 1)
                if source:
                    self.copy(source, temporary)
                try:
                    build(temporary)
                except base.UserFacingError as error:
                    self._failures[name] = error
                    raise
                if self.filestore(temporary).exists():
                    self.filestore(temporary).rename(self.filestore(name))
                self.server.query(f'ALTER DATABASE "{temporary}" RENAME TO "{name}"')
                shutil.copy(self.logs / f"{temporary}.log", marker)
            marker.touch()
            self._forget_old_templates(level)
        return name

    def _forget_old_templates(self, level: str, keep: int = 3) -> None:
        markers = self.markers.glob(f"{TEMPLATE}_{level}_*.log")
        newest = sorted(markers, key=lambda path: path.stat().st_mtime, reverse=True)
        for marker in newest[keep:]:
            with contextlib.suppress(base.UserFacingError):  # in use by another run
                self.drop(marker.stem)
                marker.unlink()

    def tidy(self) -> None:
        """Drop what a killed run left behind, if no other run is at work."""
        if self.server.alone:
            for name in self.server.databases():
                if name.startswith(COPY) or name.endswith("_unfinished"):
                    self.drop(name)


@contextlib.contextmanager
def stopped(process: "subprocess.Popen[str]") -> Iterator[None]:
    """Let no process outlive the block."""
    try:
        yield
    except BaseException:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise
