"""scripts/run: Odoo in the browser, with the addon and its demo story."""

import argparse
import contextlib
import ctypes
import fcntl
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from xml.etree import ElementTree

from . import base, database, odoo, postgres, venv
from .database import Lab, stopped

DATABASE = "crm_referral"
PR_SET_PDEATHSIG = 1  # of Linux
START = 120  # seconds that Odoo may take to answer


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/run",
        description="Start Odoo 19 with crm_referral and its demo story on this "
        "machine. The first start sets everything up (a few minutes), later ones take "
        "seconds and keep the data. Ctrl-C stops all that was started.",
        epilog="ODOO_SOURCE names an Odoo 19 source tree to use; PGHOST, PGUSER … a "
        "PostgreSQL server; CRM_REFERRAL_CACHE the folder for everything.",
        allow_abbrev=False,
    )
    parser.add_argument("--port", type=int, default=8069, help="default: 8069")
    parser.add_argument("--reset", action="store_true", help="start afresh: drop data")
    parser.add_argument(
        "--no-demo", action="store_true", help="a new database is empty"
    )
    options = parser.parse_args()
    data = base.cache_dir() / "run-data"
    with only_one(data):
        check_port(options.port)
        postgres.require_programs()
        source = odoo.find()
        python = venv.python()
        with postgres.server("run", durable=True) as server:
            lab = Lab(source, python, server, data, base.cache_dir() / "logs/run")
            prepare(lab, reset=options.reset, demo=not options.no_demo)
            return serve(lab, options.port)


def check_port(port: int) -> None:
    """Say at once that the port cannot be used."""
    if not 0 < port < 65536:
        raise base.UserFacingError(f"There is no port {port}: choose 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise base.UserFacingError(
                f"Only root may use port {port}: choose one above 1023 with --port."
            ) from error
        except OSError as error:
            raise base.UserFacingError(
                f"Port {port} is taken by another program: stop that, or choose "
                f"another port, for example `scripts/run --port {port + 1}`."
            ) from error


@contextlib.contextmanager
def only_one(data: Path):
    """Two servers must not work on the same data."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise base.UserFacingError(
                "scripts/run runs already with these data: stop that one, or name "
                "another folder in CRM_REFERRAL_CACHE."
            ) from error
        yield


def prepare(lab: Lab, *, reset: bool, demo: bool) -> None:
    """Create the database, or bring it up to the addons as they are now."""
    exists = DATABASE in lab.server.databases()
    if exists:
        check_ours(lab)
    if exists and reset:
        base.say("Dropping the data …")
        lab.drop(DATABASE)
        exists = False
    if exists:
        check_whole(lab, demo=demo)
        upgrade(lab)
    else:
        create(lab, demo=demo)


def create(lab: Lab, *, demo: bool) -> None:
    """Make the database under another name until it is whole."""
    unfinished = f"{DATABASE}_unfinished"
    lab.drop(unfinished)
    lab.drop(DATABASE)  # its files
    story = "with its demo story" if demo else "without demo data"
    base.say(f"Creating the database {story} (a minute) …")
    extra = [database.LOAD_LANGUAGES, *(["--with-demo"] if demo else [])]
    lab.install(unfinished, f"-i{','.join(base.chosen())}", *extra, log="install")
    lab.shell(unfinished, database.PREGENERATE, log="bundles")
    if lab.filestore(unfinished).exists():
        lab.filestore(unfinished).rename(lab.filestore(DATABASE))
    lab.server.query(f"COMMENT ON DATABASE {unfinished} IS '{mark(lab)}'")
    lab.server.query(f"ALTER DATABASE {unfinished} RENAME TO {DATABASE}")
    (lab.data / "installed").write_text(content(lab))


def upgrade(lab: Lab) -> None:
    """Bring the database up to the addons, if they have changed."""
    state = lab.data / "installed"
    if not state.exists() or state.read_text() != content(lab):
        base.say("The addons have changed: upgrading, the data stay …")
        addons = ",".join(base.chosen())
        lab.install(DATABASE, f"-i{addons}", f"-u{addons}", log="upgrade")
        state.write_text(content(lab))


def content(lab: Lab) -> str:
    """What names the code that a database was made of."""
    return base.content_hash(lab.source.version, database.installed_content())


def check_whole(lab: Lab, *, demo: bool) -> None:
    """Say what cannot be done with the data that are there."""
    if not lab.filestore(DATABASE).exists():
        raise base.UserFacingError(
            f"The files of the data are gone from {lab.filestore(DATABASE)}: put them "
            "back, or start afresh with `scripts/run --reset`."
        )
    if not demo and has_demo(lab):
        raise base.UserFacingError(
            "--no-demo is for a new database, and this one has demo data: leave it "
            "out, or drop these data with `scripts/run --reset --no-demo`."
        )


def mark(lab: Lab) -> str:
    """What a database that was made here says of itself."""
    return f"made by scripts/run, files in {base.content_hash(str(lab.data))}"


def check_ours(lab: Lab) -> None:
    """Leave alone what somebody else has on the server that PGHOST names."""
    if lab.server.folder:
        return  # nobody else has anything there
    said = lab.server.query(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
        f" WHERE datname = '{DATABASE}'"
    )
    if said != [[mark(lab)]]:
        raise base.UserFacingError(
            f"The PostgreSQL server that PGHOST, PGUSER … name has a database "
            f"{DATABASE} that was not made with the data in {lab.data}, so it is left "
            "alone: rename it, or name another server."
        )


def has_demo(lab: Lab) -> bool:
    """Whether the database has our demo story."""
    rows = lab.server.query(
        "SELECT demo FROM ir_module_module WHERE name = 'crm_referral'", DATABASE
    )
    return rows == [["t"]]


def end_with_us() -> None:
    """In a child: be told to stop when its parent is gone, even by kill -9."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def serve(lab: Lab, port: int) -> int:
    """Run Odoo until it ends or somebody stops it."""
    log = lab.logs / "odoo.log"
    command = lab.odoo_command(
        *("-d", DATABASE, f"--db-filter=^{DATABASE}$"),
        *(f"--http-port={port}", "--workers=0", "--max-cron-threads=1"),
    )
    with log.open("w") as output:
        # A session of its own: Ctrl-C reaches this script alone, which stops Odoo
        # first and PostgreSQL last.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=lab.env,
            start_new_session=True,
            preexec_fn=end_with_us,
        )
    with stopped(process):
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(process, url, log)
        base.say(welcome(lab, url, log))
        try:
            status = process.wait()
        except SystemExit as stop:
            base.say("\nStopping …")
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            if stop.code == 128 + signal.SIGINT:  # the person's own wish
                return 0
            raise
    raise base.UserFacingError(f"Odoo ended by itself (status {status}): see {log}.")


def wait_until_ready(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    """Wait for Odoo's first answer."""
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            text = log.read_text(errors="replace")
            reason = base.explain(text) or "\n  ".join(text.splitlines()[-8:])
            raise base.UserFacingError(f"Odoo did not start ({log}). {reason}")
        with contextlib.suppress(urllib.error.URLError, OSError):
            # Not by a proxy, whatever the environment says.
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"{url}/web/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        time.sleep(0.2)
    raise base.UserFacingError(f"Odoo did not answer in {START} seconds: see {log}.")


def welcome(lab: Lab, url: str, log: Path) -> str:
    """The address, the logins, and what to try first."""
    logins = [("admin", "admin", "administrator")]
    if has_demo(lab):
        logins += [*demo_users(), ("demo", "demo", "Marc Demo, Pre-Sales")]
    width = max(len(login) + len(password) for login, password, _who in logins) + 3
    table = [
        f"    {f'{login} / {password}':{width}}  {who}"
        for login, password, who in logins
    ]
    return "\n".join(
        [
            "",
            f"Odoo is ready:  {url}/odoo",
            "",
            "Log in as (name / password):",
            *table,
            "",
            "Try first: the app Referrals. Open a request and follow its six steps.",
            "Languages: English, 繁體中文, 简体中文 (your name, Preferences).",
            "",
            f"Data: {lab.data}"
            + (f", {lab.server.folder}" if lab.server.folder else ""),
            f"Log: {log}",
            "Ctrl-C stops Odoo and its PostgreSQL; the data stay.",
        ]
    )


def demo_users() -> list[tuple[str, str, str]]:
    """Login, password, name and work of the users in our demo data."""
    found = []
    for addon in base.shipped():
        for name in base.manifest(addon).get("demo", []):
            if not name.endswith(".xml"):
                continue
            tree = ElementTree.parse(base.ROOT / addon / name)
            for record in tree.iterfind(".//record[@model='res.users']"):
                values = {each.get("name"): each.text for each in record}
                if values.get("login") and values.get("password"):
                    who = [values.get("name"), values.get("function")]
                    who = ", ".join(filter(None, who))
                    found.append((values["login"], values["password"], who))
    return found
