"""Heavy reads run on a real streaming replica, and writes on the primary."""

import io
import os
import shutil
import time
import zipfile

import pytest
import serving
from devkit import system
from devkit.database import Lab
from devkit.postgres import OWNER, Cluster, Replica, Server

DATABASE = "replicated"
EXPORT = "crm.referral.export"
PREPARE = """
env.ref('base.user_admin').group_ids += env.ref('sales_team.group_sale_manager')
partners = env['res.partner'].create([{'name': f'Customer {n}'} for n in range(30)])
env['crm.referral'].create([{'partner_id': partner.id} for partner in partners])
ours = env.ref('xlsx_stream.ir_cron_export')
env['ir.cron'].search([('id', '!=', ours.id)]).active = False
env.cr.commit()
"""


class Side:
    """A cluster, with all the statements that it runs in its log."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.owner = Server({**cluster.env, "PGUSER": OWNER})
        for setting in ("log_statement = 'all'", "log_min_messages = 'log'"):
            self.owner.query(f"ALTER SYSTEM SET {setting}")
        self.owner.query("SELECT pg_reload_conf()")
        self.log = cluster.folder / "log"
        self.mark()

    def mark(self):
        """From here on `ran` looks."""
        self._start = self.log.stat().st_size

    def ran(self, statement):
        """Whether it has run a statement with this text since the mark."""
        with self.log.open("rb") as file:
            file.seek(self._start)
            return statement.encode() in file.read()


class Both:
    """The primary and its replica."""

    def __init__(self, primary, replica):
        self.primary = primary
        self.replica = replica

    def catch_up(self):
        """Wait until the replica has what the primary has, and begin to look."""
        [[now]] = self.primary.owner.query("SELECT pg_current_wal_insert_lsn()")
        there = f"SELECT pg_last_wal_replay_lsn() >= '{now}'"
        end = time.monotonic() + serving.SECONDS
        while self.replica.owner.query(there) != [["t"]]:
            assert time.monotonic() < end
            time.sleep(0.05)
        self.primary.mark()
        self.replica.mark()

    def where(self, statement):
        """Who has run a statement with this text."""
        sides = {"primary": self.primary, "replica": self.replica}
        return [name for name, side in sides.items() if side.ran(statement)]


@pytest.fixture(scope="module")
def clusters():
    """A primary and a streaming replica of this test alone."""
    system.require(system.POSTGRESQL)
    primary = Cluster(f"primary-{os.getpid()}", durable=False)
    replica = Replica(f"replica-{os.getpid()}", primary)
    try:
        primary.start()
        replica.start()
        yield primary, replica
    finally:
        replica.remove()
        primary.remove()


@pytest.fixture(scope="module")
def both(clusters):
    both = Both(*map(Side, clusters))
    [[state]] = both.primary.owner.query("SELECT state FROM pg_stat_replication")
    assert state == "streaming"
    return both


@pytest.fixture(scope="module")
def browser(lab, installed, clusters, both, tmp_path_factory):
    """A manager's browser before an Odoo that knows both."""
    primary, replica = clusters
    folder = tmp_path_factory.mktemp("replica")
    server = Server(primary.env)
    ours = Lab(lab.source, lab.python, server, folder / "data", lab.logs / "replica")
    dump = folder / "dump"
    lab.server.command("pg_dump", "-Fc", "-f", dump, installed, what="dump")
    server.command("createdb", DATABASE, what="create a database")
    server.command("pg_restore", "-O", "-j2", "-d", DATABASE, dump, what="restore")
    shutil.copytree(lab.filestore(installed), ours.filestore(DATABASE))
    ours.shell(DATABASE, PREPARE, log="prepare")
    both.catch_up()
    options = (f"--db_replica_host={replica.socket}", "--max-cron-threads=1")
    with serving.served(ours, DATABASE, "odoo", *options) as odoo:
        yield serving.Browser(odoo, DATABASE, "admin", "admin")


def test_analysis(browser, both):
    """The pivot and the list of the analysis, the dashboard, the heat map."""
    report = "crm.referral.report"
    calls = {
        report: ("formatted_read_grouping_sets", [], [["user_id"], []], ["__count"]),
        "crm.referral.dashboard": ("get_dashboard",),
        "crm.assessment.heat.map": ("get_heat_map", "pride"),
        "crm.assessment.scorecard": ("get_scorecards", "be_sure"),
    }
    tables = {
        "crm.referral.dashboard": "crm_referral_report",
        "crm.assessment.heat.map": "crm_assessment_score",
        "crm.assessment.scorecard": "crm_assessment_score",
    }
    for model, (method, *arguments) in calls.items():
        both.catch_up()
        assert browser.call(model, method, *arguments)
        table = tables.get(model, model.replace(".", "_"))
        assert both.where(f'"{table}"') == ["replica"], model
    both.catch_up()
    found = browser.call(report, "web_search_read", [], {"user_id": {}}, limit=10)
    assert len(found["records"]) == 10
    assert both.where('"crm_referral_report"') == ["replica"]


def test_writes(browser, both):
    """They go to the primary, and from there to the replica, which reads refuse."""
    both.catch_up()
    [partner] = browser.call("res.partner", "create", [{"name": "New"}])
    [request] = browser.call("crm.referral", "create", [{"partner_id": partner}])
    assert both.where('INSERT INTO "crm_referral"') == ["primary"]
    both.catch_up()
    [read] = browser.call("crm.referral", "web_read", [request], {"partner_id": {}})
    assert read["partner_id"] == partner
    assert both.where('FROM "crm_referral"') == ["replica"]


def test_download(browser, both):
    """The file of a small one is made and kept on the primary; the replica sends it."""
    [export] = browser.call(EXPORT, "create", [{"period": "all"}])
    both.catch_up()
    check(browser.get(f"/xlsx_stream/export/{EXPORT}/{export}"))
    assert both.where("COPY (SELECT") == ["primary"]
    both.catch_up()
    check(browser.get(f"/xlsx_stream/export/{EXPORT}/{export}"))
    assert both.where('FROM "ir_attachment"') == ["replica"]


def test_job(browser, both):
    """It reads the rows on the replica, and keeps its state on the primary."""
    values = {"key": "crm_referral.export_direct_rows", "value": "1"}
    browser.call("ir.config_parameter", "create", [values])
    try:
        [export] = browser.call(EXPORT, "create", [{"period": "all"}])
        both.catch_up()
        browser.call(EXPORT, "action_export", [export])
        end = time.monotonic() + serving.SECONDS
        while read(browser, export) != "done":
            assert time.monotonic() < end
            time.sleep(0.2)
        assert both.where("COPY (SELECT") == ["replica"]
        assert both.where('UPDATE "crm_referral_export" SET progress') == ["primary"]
        check(browser.get(f"/xlsx_stream/export/{EXPORT}/{export}"))
    finally:
        parameter = [("key", "=", values["key"])]
        [found] = browser.call("ir.config_parameter", "search", parameter)
        browser.call("ir.config_parameter", "unlink", [found])


def test_download_before_the_replica_has_it(browser, both):
    """What was made just now is on the primary."""
    both.catch_up()
    both.replica.owner.query("SELECT pg_wal_replay_pause()")
    try:
        [export] = browser.call(EXPORT, "create", [{"period": "all"}])
        action = browser.call(EXPORT, "action_export", [export])
        both.primary.mark()
        check(browser.get(action["url"]))
        assert both.where('FROM "ir_attachment"') == ["primary"]
    finally:
        both.replica.owner.query("SELECT pg_wal_replay_resume()")


def read(browser, export):
    [values] = browser.call(EXPORT, "web_read", [export], {"state": {}})
    assert values["state"] != "failed"
    return values["state"]


def check(response):
    assert response.status_code == 200
    with zipfile.ZipFile(io.BytesIO(response.content)) as package:
        assert package.testzip() is None
