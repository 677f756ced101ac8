"""Bad surroundings get one clear sentence, exit status 1 and no traceback."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from devkit import base, odoo, postgres, serve, system, venv
from devkit.database import Lab

SCRIPTS = base.ROOT / "scripts"
ROOT = os.geteuid() == 0


def run(*command: str | Path, **options) -> tuple[int, str]:
    """A program's exit status and all it printed."""
    result = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
        **options,
    )
    return result.returncode, result.stdout


def script(name: str, *arguments: str, **env: str) -> tuple[int, str]:
    return run(sys.executable, SCRIPTS / name, *arguments, env={**os.environ, **env})


def devkit(code: str, *prefix: str, **env: str) -> tuple[int, str]:
    """Run code with the package devkit as our commands run theirs."""
    program = "import sys\nfrom devkit import *\nfrom pathlib import Path\n"
    program += f"def main():\n    {code}\n    return 0\nsys.exit(base.guarded(main))"
    modules = "base, database, odoo, postgres, serve, system, venv"
    program = program.replace("import *", f"import {modules}")
    return run(
        *(*prefix, sys.executable, "-c", program),
        env={**os.environ, "PYTHONPATH": str(SCRIPTS), **env},
    )


def says(result: tuple[int, str], *words: str) -> None:
    status, output = result
    assert status == 1, output
    assert "Traceback" not in output
    for word in words:
        assert word in output, output


@pytest.mark.parametrize("name", ["run", "test", "lint", "screenshots"])
@pytest.mark.parametrize("version", ["(2, 7, 18)", "(3, 10, 13)"])
def test_python_too_old(name, version):
    """The check itself must run on any Python: it is tried with a pretended one."""
    code = f"import sys, runpy; sys.version_info = {version}; "
    code += f"runpy.run_path({str(SCRIPTS / name)!r}, run_name='__main__')"
    says(run(sys.executable, "-c", code), "is too old", "3.11")


@pytest.mark.parametrize("name", ["run", "test", "lint", "screenshots"])
def test_entry_points_parse_on_old_pythons(name):
    for python in ("python2", "python2.7", "python3.6", "python3.8", "python3.10"):
        status, output = run("sh", "-c", f"{python} --version 2>&1")
        if not status:
            says(run(python, SCRIPTS / name), "is too old")
    # Whatever Pythons there are: no syntax that Python 3.0 had not.
    text = (SCRIPTS / name).read_text().partition("from devkit")[0]
    assert 'f"' not in text and ":=" not in text


def test_port_taken():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        says(
            script("run", "--port", str(port)),
            f"Port {port} is taken",
            f"--port {port + 1}",
        )


def test_port_left_in_time_wait_is_free():
    """A server that has just ended does not block the next start."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()
    serve.check_port(port)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, ["no odoo/release.py"]),
        ({"odoo/release.py": "version_info = (18, 0, 0, 'final', 0, '')"}, ["18.0"]),
        ({"odoo/release.py": "version = '?'"}, ["unknown version"]),
        ({"odoo/release.py": "version_info = (19, 0, 0, 'final')"}, ["no odoo-bin"]),
        (
            {"odoo/release.py": "version_info = (19, 0, 0)", "odoo-bin": ""},
            ["no addon crm"],
        ),
    ],
)
def test_tree_that_is_not_odoo_19(tmp_path, files, words):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    says(
        script("run", "--port", free_port(), ODOO_SOURCE=str(tmp_path)),
        "Odoo 19 source tree",
        str(tmp_path),
        *words,
    )


def test_source_tree_is_not_written_to():
    """ODOO_SOURCE is only read: no bytecode, no stub."""
    env = odoo.environment(odoo.Odoo(Path("/x/odoo"), Path("/x/odoo-bin"), "x"))
    assert Path(env["PYTHONPYCACHEPREFIX"]).is_relative_to(base.cache_dir())
    assert "PYTHONDONTWRITEBYTECODE" not in env


NO_NETWORK = {
    f"{scheme}_proxy": "http://127.0.0.1:9" for scheme in ("http", "https", "all")
} | {"no_proxy": "", "PIP_RETRIES": "1"}


def cut_off() -> list[str]:
    """What comes before a command to leave it no network at all, if that is allowed."""
    unshare = ["unshare", "--net"] if ROOT else ["unshare", "--net", "--map-root-user"]
    allowed = shutil.which("unshare") and not run(*unshare, "true")[0]
    return unshare if allowed else []


def test_no_network_for_odoo(tmp_path):
    if not shutil.which("apt-get"):
        says(devkit("odoo.mirror()"), "ODOO_SOURCE")
        return
    mirror = "http://mirror.invalid/debian/"
    says(
        devkit(
            f"odoo.unpack(Path({str(tmp_path / 'odoo')!r}), {mirror!r})",
            *cut_off(),
            **NO_NETWORK,
        ),
        "Could not get Odoo 19",
        "no network",
    )


def test_no_network_for_python_packages(tmp_path):
    """Also with a cache of pip's own: the package does not exist."""
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("crm-referral-no-such-package==1\n")
    says(
        devkit(
            f"venv.python(Path({str(requirements)!r}))",
            *cut_off(),
            CRM_REFERRAL_CACHE=str(tmp_path / "cache"),
            PIP_INDEX_URL="https://index.invalid/simple",
            PIP_CONFIG_FILE=os.devnull,
            PIP_FIND_LINKS="",
            PIP_EXTRA_INDEX_URL="",
            **NO_NETWORK,
        ),
        "Could not install requirements.txt",
        "no network",
    )


def test_unsigned_mirror_is_refused(tmp_path):
    """A real, small mirror whose Release nobody signed."""
    if not shutil.which("apt-get"):
        pytest.fail("this test needs Debian's apt-get")
    for suite in odoo.SUITES:
        folder = tmp_path / f"mirror/dists/{suite}"
        folder.mkdir(parents=True)
        (folder / "Release").write_text(
            f"Origin: Debian\nSuite: {suite}\nCodename: {suite}\nComponents: main\n"
            "Architectures: amd64\nDate: Sat, 01 Nov 2025 00:00:00 UTC\nSHA256:\n"
        )
    target = tmp_path / "odoo"
    code = f"odoo.unpack(Path({str(target)!r}), 'file://{tmp_path}/mirror/')"
    says(devkit(code), "signature")
    assert not (target / "VERSION").exists()


def as_nobody() -> dict[str, object]:
    """Options to run a program as nobody, who is not root."""
    if not ROOT:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def test_no_root_for_a_missing_package():
    """The exact command is printed; nothing is installed."""
    program = (
        "import sys; sys.path.insert(0, '.')\n"
        "from devkit import base, system\n"
        "need = system.Need('a program', 'no-such-package', ('no-such-program',))\n"
        "sys.exit(base.guarded(lambda: system.require(need)))"
    )
    with tempfile.TemporaryDirectory() as folder:  # pytest's are for root only
        shutil.copytree(SCRIPTS / "devkit", Path(folder, "devkit"))
        Path(folder).chmod(0o755)
        path = "/usr/local/bin:/usr/bin:/bin"
        result = run(
            *("python3", "-c", program), cwd=folder, env={"PATH": path}, **as_nobody()
        )
    says(
        result,
        "a program is missing and only root can install it",
        "sudo apt-get install --yes --no-install-recommends no-such-package",
    )


def test_full_disk(tmp_path):
    """A disk of its own of one megabyte, where mounting is allowed."""
    full = tmp_path / "full"
    full.mkdir()
    mount = f'mount -t tmpfs -o size=1m tmpfs {full} && exec "$@"'
    unshare = ["unshare", "--mount"] + ([] if ROOT else ["--map-root-user"])
    prefix = [*unshare, "sh", "-c", mount, "sh"]
    if run(*prefix, "true")[0]:
        # No mounting here: what the programs print and raise is all that can be tried.
        assert "disk is full" in base.explain("tar: x: No space left on device")
        prefix = []
        code = "raise OSError(28, 'No space left on device')"
    else:
        code = "venv.python()"
    says(devkit(code, *prefix, CRM_REFERRAL_CACHE=str(full)), "full", "make room")


def test_full_disk_in_the_middle():
    says(devkit("raise OSError(28, 'No space left on device')"), "The disk is full")


def test_cache_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    says(
        devkit("base.cache_dir()", CRM_REFERRAL_CACHE=str(tmp_path / "file/cache")),
        "CRM_REFERRAL_CACHE",
    )


def test_half_finished_set_up_repairs_itself(tmp_path, monkeypatch):
    """A set-up is killed in its middle; the next start makes it whole."""
    monkeypatch.setenv("CRM_REFERRAL_CACHE", str(tmp_path / "cache"))
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("")
    code = f"venv.python(Path({str(requirements)!r}))"
    code = f"from pathlib import Path; from devkit import venv; {code}"
    first = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while not list((tmp_path / "cache").glob("venv-*/bin")):
        assert time.monotonic() < deadline and first.poll() is None
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    (folder,) = (tmp_path / "cache").glob("venv-*[!k]")
    assert not (folder / ".complete").exists()
    python = venv.python(requirements)
    assert python.is_relative_to(folder)
    assert run(python, "-m", "pip", "--version")[0] == 0


def test_named_server_that_does_not_answer(tmp_path):
    says(
        devkit(
            "postgres.server('x', durable=False).__enter__()",
            PGHOST=str(tmp_path),
            PGUSER="odoo",
        ),
        "PGHOST",
        "does not answer",
    )


class Server(postgres.Server):
    """A server that somebody has named, with a database that says of itself …"""

    said = ""
    demo = "t"

    def databases(self):
        return {serve.DATABASE}

    def query(self, sql, database="postgres"):
        return [[self.demo if "ir_module_module" in sql else self.said]]


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """Where a database is said to be; nothing may happen to it."""
    tree = odoo.Odoo(tmp_path / "odoo", tmp_path / "odoo-bin", "19.0")
    lab = Lab(tree, Path("python"), Server(), tmp_path / "data", tmp_path / "logs")
    for touch in ("drop", "install", "shell"):
        monkeypatch.setattr(lab, touch, lambda *_arguments: pytest.fail("touched"))
    return lab


@pytest.mark.parametrize("reset", [True, False])
def test_database_of_somebody_else_is_left_alone(lab, reset):
    lab.server.said = "the company's"
    with pytest.raises(base.UserFacingError, match="left alone"):
        serve.prepare(lab, reset=reset, demo=True)
    lab.server.said = serve.mark(lab)
    lab.filestore(serve.DATABASE).mkdir()
    (lab.data / "installed").write_text(serve.content(lab))
    serve.prepare(lab, reset=False, demo=True)


def test_files_of_the_data_are_gone(lab):
    lab.server.said = serve.mark(lab)
    with pytest.raises(base.UserFacingError, match="are gone"):
        serve.prepare(lab, reset=False, demo=True)


def test_no_demo_for_data_that_have_it(lab):
    lab.server.said = serve.mark(lab)
    lab.filestore(serve.DATABASE).mkdir()
    (lab.data / "installed").write_text(serve.content(lab))
    with pytest.raises(base.UserFacingError, match="--no-demo is for a new database"):
        serve.prepare(lab, reset=False, demo=False)
    lab.server.demo = "f"
    serve.prepare(lab, reset=False, demo=False)


def test_missing_server_is_said_before_the_download(tmp_path, monkeypatch):
    missing = system.Need("a PostgreSQL server", "postgresql", ("no-such-program",))
    monkeypatch.setattr(system, "POSTGRESQL", missing)
    monkeypatch.setattr(postgres, "is_named", lambda: False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(odoo, "find", lambda: pytest.fail("downloads"))
    monkeypatch.setattr(sys, "argv", ["run", "--port", free_port()])
    monkeypatch.setenv("CRM_REFERRAL_CACHE", str(tmp_path))
    with pytest.raises(base.UserFacingError, match="a PostgreSQL server is missing"):
        serve.main()


def test_two_on_the_same_data(tmp_path, monkeypatch):
    """The second is told so, whatever its port."""
    monkeypatch.setenv("CRM_REFERRAL_CACHE", str(tmp_path))
    with serve.only_one(tmp_path / "run-data"):
        says(script("run", "--port", free_port()), "runs already with these data")


def test_odoo_ends_with_a_killed_run():
    """Nothing is left at work on the data, nor on the port."""
    code = (
        "import os, signal, subprocess\n"
        "from devkit import serve\n"
        "child = subprocess.Popen(['sleep', '60'], start_new_session=True,\n"
        "                         preexec_fn=serve.end_with_us)\n"
        "print(child.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    env = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    status, output = run(sys.executable, "-c", code, env=env)
    assert status == -signal.SIGKILL
    state = Path(f"/proc/{int(output)}/stat")
    deadline = time.monotonic() + 10
    while state.exists() and state.read_text().split()[2] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
