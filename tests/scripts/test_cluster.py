"""The private PostgreSQL cluster: real ones, in a folder of the test."""

import os
import signal
import subprocess
import sys

import pytest
from devkit import base, postgres

NAMED = ("PGHOST", "PGSERVICE", "PGUSER")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CRM_REFERRAL_CACHE", str(tmp_path / "cache"))
    for name in NAMED:
        monkeypatch.delenv(name, raising=False)
    yield
    cluster = postgres.Cluster("t", durable=False)
    cluster.stop()
    if not cluster.folder.is_relative_to(tmp_path):
        subprocess.run(["rm", "-rf", cluster.folder.parent], check=True)


def is_running() -> bool:
    return postgres.Cluster("t", durable=False)._pg_ctl("status", check=False)


def test_starts_and_stops():
    with postgres.server("t", durable=False) as server:
        assert server.query("SELECT current_user, 1 + 1") == [["odoo", "2"]]
        assert server.query("SHOW listen_addresses") == [[""]]
        assert server.query("SELECT rolsuper FROM pg_roles WHERE rolname='odoo'") == [
            ["f"]
        ]
    assert not is_running()


def test_two_share_it_and_the_last_stops_it():
    with postgres.server("t", durable=False) as first:
        assert first.alone
        with postgres.server("t", durable=False) as second:
            assert not second.alone
        assert first.query("SELECT 1") == [["1"]]
    assert not is_running()


def test_half_made_cluster_is_made_again():
    with postgres.server("t", durable=False):
        pass
    data = postgres.Cluster("t", durable=False).data
    (data / ".complete").unlink()
    (data / "PG_VERSION").unlink()
    with postgres.server("t", durable=False) as server:
        assert server.query("SELECT 1") == [["1"]]


def test_cluster_of_a_killed_run_is_taken_over():
    code = (
        "import os, signal\nfrom devkit import postgres\n"
        "with postgres.server('t', durable=False):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    env = {**os.environ, "PYTHONPATH": str(base.ROOT / "scripts")}
    killed = subprocess.run([sys.executable, "-c", code], env=env, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert is_running()
    with postgres.server("t", durable=False) as server:
        assert server.alone
    assert not is_running()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_stops_it(number):
    code = (
        f"import os, time\nfrom devkit import base, postgres\n"
        "def main():\n"
        "    with postgres.server('t', durable=False):\n"
        f"        os.kill(os.getpid(), {int(number)})\n"
        "        time.sleep(60)\n"
        "base.guarded(main)"
    )
    env = {**os.environ, "PYTHONPATH": str(base.ROOT / "scripts")}
    stopped = subprocess.run([sys.executable, "-c", code], env=env, check=False)
    assert stopped.returncode == 128 + number
    assert not is_running()
