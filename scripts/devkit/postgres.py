"""PostgreSQL: the server that PG* variables name, or a private cluster.

The private cluster listens on a Unix socket only, in a folder that nobody else can
enter. Several runs share it: each holds a shared lock, and the last one stops it.
"""

import contextlib
import fcntl
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import base, system

OWNER = "cluster_owner"  # may do all in the private cluster; Odoo is not that user
ODOO = "odoo"
LONGEST_SOCKET = 107  # bytes, in Linux


@dataclass
class Server:
    """A running server: its environment variables, and whether we are alone on it."""

    env: dict[str, str] = field(default_factory=dict)
    alone: bool = False
    folder: Path | None = None  # of the private cluster; a named server has none

    def command(self, *command: str | Path, what: str) -> str:
        """Run a PostgreSQL client program."""
        return base.run(command, what=what, env={**os.environ, **self.env})

    def query(self, sql: str, database: str = "postgres") -> list[list[str]]:
        """The rows of a query."""
        output = self.command(
            *("psql", "-XAtq", "-F", "\x1f", "-v", "ON_ERROR_STOP=1"),
            *("-d", database, "-c", sql),
            what="ask PostgreSQL",
        )
        return [line.split("\x1f") for line in output.splitlines()]

    def databases(self) -> set[str]:
        return {name for (name,) in self.query("SELECT datname FROM pg_database")}


@contextlib.contextmanager
def server(name: str, *, durable: bool) -> Iterator[Server]:
    """The server for `name` ("run", "test"), stopped after the last use.

    :param durable: survive a power cut; a test cluster is faster without
    """
    if is_named():
        yield _named_server()
        return
    system.require(system.POSTGRESQL)
    cluster = Cluster(name, durable)
    with base.locked(cluster.locks / f"cluster-{name}.lock"):
        users = _open_lock(cluster.locks / f"cluster-{name}.users")
        alone = _try_lock(users, fcntl.LOCK_EX)
        cluster.start()
        fcntl.flock(users, fcntl.LOCK_SH)
    try:
        yield Server(cluster.env, alone, cluster.folder)
    finally:
        with base.locked(cluster.locks / f"cluster-{name}.lock"):
            if _try_lock(users, fcntl.LOCK_EX):
                cluster.stop()
            os.close(users)


def is_named() -> bool:
    """Whether the environment names a server."""
    return any(os.environ.get(key) for key in ("PGHOST", "PGSERVICE", "PGUSER"))


def require_programs() -> None:
    """Say what is missing before anything is downloaded."""
    server = system.POSTGRESQL_CLIENT if is_named() else system.POSTGRESQL
    system.require(server, system.VENV)


def _named_server() -> Server:
    """The server that PGHOST, PGUSER and so on name."""
    system.require(system.POSTGRESQL_CLIENT)
    named = Server()
    try:
        ((user, may_create),) = named.query(
            "SELECT rolname, rolcreatedb OR rolsuper FROM pg_roles"
            " WHERE rolname = current_user"
        )
    except base.UserFacingError as error:
        raise base.UserFacingError(
            "The PostgreSQL server that PGHOST, PGUSER … name does not answer: "
            + str(error).splitlines()[-1].strip()
        ) from error
    if user == "postgres":
        raise base.UserFacingError(
            "Odoo refuses to work as the database user postgres: create another "
            "(`createuser --createdb odoo`) and name it in PGUSER."
        )
    if may_create != "t":
        raise base.UserFacingError(
            f"The database user {user} may not create databases: "
            f"`ALTER ROLE {user} CREATEDB`."
        )
    return named


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Cluster:
    """A private PostgreSQL cluster in the cache."""

    def __init__(self, name: str, durable: bool) -> None:
        self.durable = durable
        self.programs = _newest_programs()
        self.locks = base.cache_dir()
        self.account = _account()
        self.folder = _home(self.account) / f"postgresql-{name}"
        self.data = self.folder / "data"
        self.socket = self.folder / "socket"
        if len(bytes(self.socket / ".s.PGSQL.5432")) > LONGEST_SOCKET:
            short = base.content_hash(str(self.folder))
            self.socket = Path(tempfile.gettempdir(), f"crm_referral-{short}")
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        self.env = {"PGHOST": str(self.socket), "PGUSER": ODOO, "PATH": path}
        self.env["PGPORT"] = "5432"

    def start(self) -> None:
        """Make the cluster if it is not whole, and start it if it does not run."""
        self._own(self.folder)
        self._own(self.socket)
        if not (self.data / ".complete").exists():
            self._create()
        if self._pg_ctl("status", check=False):
            return
        written = (self.data / "PG_VERSION").read_text().strip()
        if written != self.programs.parent.name and self.programs.parent.name.isdigit():
            raise base.UserFacingError(
                f"The data in {self.data} are of PostgreSQL {written}, and only "
                f"{self.programs.parent.name} is installed: install "
                f"postgresql-{written}, or remove that folder and start afresh."
            )
        self._start()

    def _start(self) -> None:
        options = [f"--log={self.folder}/log"]
        if not self.durable:
            # Tests roll back what they make. Were it counted in the middle, PostgreSQL
            # would take full tables for empty ones, and each run would be another.
            options.append("--options=-c autovacuum=off")
        self._pg_ctl("start", "--wait", "--silent", *options)

    def stop(self) -> None:
        self._pg_ctl("stop", "--mode=fast", "--silent", check=False)

    def remove(self) -> None:
        """Stop the cluster and delete all of it."""
        self.stop()
        for folder in (self.folder, self.socket):
            shutil.rmtree(folder, ignore_errors=True)

    def _create(self) -> None:
        """Make the cluster anew; what an interrupted run left is thrown away."""
        base.enough_disk(self.folder, 1)
        if self.data.exists():
            self._pg_ctl("stop", "--mode=immediate", "--silent", check=False)
            shutil.rmtree(self.data)
        self._own(self.data)
        self._fill()
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.writelines(
                f"{key} = '{value}'\n" for key, value in self._settings().items()
            )
        self._start()
        self._finish()
        (self.data / ".complete").touch()

    def _fill(self) -> None:
        """Make the files of the cluster."""
        self._as_owner(
            self.programs / "initdb",
            *(f"--pgdata={self.data}", f"--username={OWNER}", "--auth=trust"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
            what="create a PostgreSQL cluster",
        )

    def _settings(self) -> dict[str, str]:
        """What postgresql.conf says beside the defaults."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "shared_buffers": "256MB",
            "jit": "off",
            "log_min_messages": "fatal",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off"}
            settings |= {"full_page_writes": "off", "max_wal_size": "2GB"}
        return settings

    def _finish(self) -> None:
        """Do what is only done once, in the running cluster."""
        Server({**self.env, "PGUSER": OWNER}).query(
            f"CREATE ROLE {ODOO} LOGIN CREATEDB"
        )

    def _own(self, folder: Path) -> None:
        """Make a folder that belongs to the cluster's account alone."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid not in (os.geteuid(), self.account.pw_uid):
            raise base.UserFacingError(f"{folder} belongs to somebody else: remove it.")
        if not os.geteuid():
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        folder.chmod(0o700)

    def _pg_ctl(self, *arguments: str, check: bool = True) -> bool:
        result = self._spawn(
            self.programs / "pg_ctl", f"--pgdata={self.data}", *arguments
        )
        if check and result.returncode:
            log = (self.folder / "log").read_text(errors="replace")
            reason = base.explain(log) or "\n  ".join(log.splitlines()[-5:])
            raise base.UserFacingError(f"PostgreSQL does not start. {reason}")
        return not result.returncode

    def _as_owner(self, *command: str | Path, what: str) -> None:
        result = self._spawn(*command)
        if result.returncode:
            output = result.stdout.strip()
            raise base.UserFacingError(
                f"Could not {what}. {base.explain(output) or output}"
            )

    def _spawn(self, *command: str | Path) -> "subprocess.CompletedProcess[str]":
        """Run a program as the cluster's account, away from the terminal's signals."""
        with tempfile.TemporaryFile("w+") as output:  # a pipe would outlive pg_ctl
            result = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                start_new_session=True,
                check=False,
                **_as_account(self.account),
            )
            output.seek(0)
            return subprocess.CompletedProcess(
                command, result.returncode, output.read()
            )


class Replica(Cluster):
    """A streaming replica of a private cluster that runs."""

    def __init__(self, name: str, primary: Cluster) -> None:
        super().__init__(name, primary.durable)
        self.primary = primary

    def _fill(self) -> None:
        self._as_owner(
            self.programs / "pg_basebackup",
            *(f"--pgdata={self.data}", f"--host={self.primary.socket}"),
            *(f"--username={OWNER}", "--write-recovery-conf", "--checkpoint=fast"),
            "--no-sync",
            what="copy a PostgreSQL cluster",
        )
        (self.data / ".complete").unlink(missing_ok=True)

    def _finish(self) -> None:
        pass  # what was done in the primary has come with the copy


def _newest_programs() -> Path:
    """The folder of initdb, pg_ctl and postgres."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    found = sorted(debian, key=lambda path: int(re.sub(r"\D", "", path.parts[4])))
    return found[-1].parent


def _account() -> pwd.struct_passwd:
    """Who runs the cluster: not root, PostgreSQL refuses that."""
    if os.geteuid():
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _as_account(account: pwd.struct_passwd) -> dict[str, object]:
    if os.geteuid():
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _home(account: pwd.struct_passwd) -> Path:
    """A folder that the account can reach: the cache, or one in /var/lib for root."""
    cache = base.cache_dir().resolve()
    result = subprocess.run(
        ["test", "-x", cache], cwd="/", check=False, **_as_account(account)
    )
    if not result.returncode:
        return cache
    return Path("/var/lib/crm_referral", base.content_hash(str(cache)))
