"""Fifty people at work on a real server with two workers, and two exports beside them.

Salespeople look at their kanban and list, open a request, note something, go a step on
and back; managers look at the funnel, the dashboard and the lists, and download small
workbooks. Each thinks for a moment between two clicks. Then only salespeople work,
first alone, then while two managers have large workbooks made in the background. Every
answer that is an error is counted, and one is enough to fail.

A queue before the server stands for the proxy that a company would have there. Waiting
in it counts.
"""

import argparse
import contextlib
import os
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import _screens  # noqa: E402
import _world  # noqa: E402
import requests  # noqa: E402
from devkit.odoo import find  # noqa: E402

import odoo.sql_db  # noqa: E402
from odoo.api import Environment  # noqa: E402
from odoo.modules.registry import Registry  # noqa: E402

PATIENCE = 60  # seconds, of one who waits for an answer
START = 120  # seconds that the server may take to answer at all
MAX_CALLS = 20_000
# Odoo lets eight connections a worker wait, and refuses more; a proxy lets them queue.
CONNECTIONS = 8
KANBAN = "crm_referral.crm_referral_view_kanban"
LIST = "crm_referral.crm_referral_view_list"
FORM = "crm_referral.crm_referral_view_form"
FUNNEL = "crm_referral.crm_referral_report_view_pivot_funnel"
RUNNING, MADE = ("queued", "running"), "done"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000, help="requests there are")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--think", type=float, default=1.0, help="seconds, on average")
    parser.add_argument("--seconds", type=float, default=25, help="of the mixed work")
    parser.add_argument("--database", required=True)
    parser.add_argument("--config", required=True)
    options = parser.parse_args()
    odoo.tools.config.parse_config(
        ["-c", options.config, "-d", options.database, "--log-level=error", "--no-http"]
    )
    managers = max(2, min(_world.MANAGERS, options.users // 5))
    reps = options.users - managers
    ids = _world.fill(options.database, options.rows, reps=reps)
    screens = prepare(options, *ids)
    with served(options) as (url, log):
        rep_people = [Person(url, "rep", n, screens) for n in range(reps)]
        manager_people = [Person(url, "manager", n, screens) for n in range(managers)]
        everybody = rep_people + manager_people
        together(Person.arrive, everybody)
        failed = mixed_work(options, everybody)
        failed |= beside_exports(options, rep_people, manager_people[:2])
        trouble = [
            line
            for line in log.read_text(errors="replace").splitlines()
            if " ERROR " in line or " CRITICAL " in line
        ]
    if trouble:
        print("\nThe server complained:", *trouble[:5], sep="\n")
    sys.exit(failed or bool(trouble))


# The work


def prepare(options, rep, manager):
    """What the browser asks for, by role and screen."""
    with Registry(options.database).cursor() as cr:
        # The workbook of a month is made at once, that of all not.
        Environment(cr, odoo.SUPERUSER_ID, {})["ir.config_parameter"].set_param(
            "crm_referral.export_direct_rows", options.rows // 4
        )
        rep_env, manager_env = (
            Environment(cr, user, {"lang": "en_US", "tz": _world.TIMEZONE})
            for user in (rep, manager)
        )
        form = _screens.view(rep_env, FORM, "crm.referral", "form")
        return {
            "rep": common_screens(rep_env),
            "manager": {
                **common_screens(manager_env),
                "dashboard": [("crm.referral.dashboard", "get_dashboard", (90,), {})],
            },
            "form": _screens.specification(rep_env["crm.referral"], form),
            "sheets": manager_env["crm.referral.export.sheet"]
            .search([("code", "=", "requests")])
            .ids,
        }


def common_screens(env):
    report = "crm.referral.report"
    arch = _screens.view(env, FUNNEL, report, "pivot")
    measures = ["__count", *_screens.measures(env[report], arch)]
    months = _screens.grouping_sets("date:month", "step_id")
    return {
        "kanban": _screens.kanban(env, "crm.referral", KANBAN, [], "step_id"),
        "list": _screens.listing(env, "crm.referral", LIST, []),
        "funnel": _screens.pivot(report, [("kind", "=", "step")], months, measures),
    }


class Failed(Exception):
    """The server answered with an error, or not at all."""


class Person:
    """Somebody with a browser."""

    # How often a click of that kind comes, of all clicks.
    HABITS = {
        "rep": {"kanban": 3, "list": 3, "open": 5, "note": 4, "step": 3, "funnel": 1},
        "manager": {
            "kanban": 2,
            "list": 2,
            "open": 2,
            "funnel": 3,
            "dashboard": 2,
            "export": 1,
        },
    }

    queue = threading.BoundedSemaphore(CONNECTIONS)

    def __init__(self, url, role, number, screens):
        self.url = url
        self.role = role
        self.login = f"bench-{role}-0-{number}"
        self.screens = screens
        self.random = random.Random(self.login)
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy is asked, whatever it says
        self.own = self.first = ()
        self.forward = False

    def arrive(self):
        """Log in, and see which requests there are."""
        self._post(
            "/web/session/authenticate",
            {
                "db": odoo.tools.config["db_name"][0],
                "login": self.login,
                "password": _world.PASSWORD,
            },
        )
        open_requests = [("outcome", "=", False)]
        if self.role == "rep":
            open_requests.append(("user_id.login", "=", self.login))
        found = self._call(
            "crm.referral", "search_read", open_requests, ["step_number"], limit=200
        )
        self.own = [each["id"] for each in found]
        self.first = [each["id"] for each in found if each["step_number"] == 1]

    def click(self):
        """Do one thing.

        :return: what it was
        """
        habits = self.HABITS[self.role]
        [name] = self.random.choices(list(habits), list(habits.values()))
        if name in self.screens[self.role]:
            for model, method, arguments, options in self.screens[self.role][name]:
                self._call(model, method, *arguments, **options)
        else:
            getattr(self, f"_{name}")()
        return f"{self.role}: {name}"

    def _open(self):
        request = [self.random.choice(self.own)]
        self._call("crm.referral", "web_read", request, self.screens["form"])

    def _note(self):
        request = [self.random.choice(self.own)]
        note = {"challenge": f"Noted at {time.time()}"}
        self._call("crm.referral", "web_save", request, note, self.screens["form"])

    def _step(self):
        """Skip the first step of a request, next time go back to it."""
        request = self.first[:1]
        self.forward = not self.forward
        if self.forward:
            self._call("crm.referral", "action_skip_step", request, "Known since long")
        else:
            self._call("crm.referral", "action_previous_step", request)
            self.first = [*self.first[1:], *request]

    def _export(self):
        """Download a small workbook, made while one waits."""
        values = {
            "period": "this_month",
            "sheet_ids": [(6, 0, self.screens["sheets"])],
        }
        [export] = self._call("crm.referral.export", "create", [values])
        address = self._call("crm.referral.export", "action_export", [export])["url"]
        workbook = self._request("GET", address).content
        if not workbook.startswith(b"PK"):
            raise Failed(f"{address}: no workbook")

    def export_in_background(self):
        """Have a large workbook made, and wait for it.

        :return: whether it was made in the background, and was made
        """
        [export] = self._call("crm.referral.export", "create", [{"period": "all"}])
        action = self._call("crm.referral.export", "action_export", [export])
        state = RUNNING[0]
        deadline = time.monotonic() + START
        while state in RUNNING and time.monotonic() < deadline:
            time.sleep(0.5)
            [values] = self._call("crm.referral.export", "read", [export], ["state"])
            state = values["state"]
        return action["type"] != "ir.actions.act_url" and state == MADE

    def _call(self, model, method, *arguments, **options):
        context = {"lang": "en_US", "tz": _world.TIMEZONE}
        return self._post(
            f"/web/dataset/call_kw/{model}/{method}",
            {
                "model": model,
                "method": method,
                "args": arguments,
                "kwargs": {"context": context, **options},
            },
        )

    def _post(self, path, params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = self._request("POST", path, json=body).json()
        if "error" in answer:
            data = answer["error"].get("data") or answer["error"]
            raise Failed(f"{path}: {data.get('message')}")
        return answer.get("result")

    def _request(self, method, path, **options):
        with self.queue:
            try:
                answer = self.session.request(
                    method, f"{self.url}{path}", timeout=PATIENCE, **options
                )
                answer.raise_for_status()
            except requests.RequestException as error:
                raise Failed(f"{path}: {error}") from error
            return answer


def together(do, people):
    """Let all do the same at once; what goes wrong for one goes wrong for all."""
    errors = []

    def run(person):
        try:
            do(person)
        except Exception as error:  # told below, in the thread that waits
            errors.append(error)

    threads = [threading.Thread(target=run, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


class Tally:
    """How long each click took, and what went wrong."""

    def __init__(self, seconds):
        self.started = time.monotonic()
        self.end = self.started + seconds
        self.lock = threading.Lock()
        self.times = defaultdict(list)
        self.errors = []
        self.count = 0

    def work(self, person, think):
        """Click, and think, until it is time to go home."""
        time.sleep(person.random.uniform(0, think))  # nobody begins at the same moment
        while time.monotonic() < self.end and self.count < MAX_CALLS:
            started = time.monotonic()
            try:
                name = person.click()
            except Failed as error:
                with self.lock:
                    self.errors.append(str(error))
            else:
                with self.lock:
                    self.times[name].append(time.monotonic() - started)
                    self.count += 1
            time.sleep(person.random.expovariate(1 / think) if think else 0)

    def all_times(self):
        return [each for times in self.times.values() for each in times]


def mixed_work(options, people):
    """All at work; print what it took.

    :return: whether something went wrong
    """
    tally = Tally(options.seconds)
    together(lambda person: tally.work(person, options.think), people)
    seconds = time.monotonic() - tally.started
    print(f"| {len(people)} people | clicks | p50 ms | p95 ms |")
    print("|---|---:|---:|---:|")
    for name in sorted(tally.times):
        print_times(name, tally.times[name])
    print_times("all", tally.all_times())
    print(
        f"\n{tally.count / seconds:.1f} clicks a second, {len(tally.errors)} errors",
        flush=True,
    )
    return tell(tally.errors)


def beside_exports(options, reps, managers):
    """Salespeople alone, then beside two large exports; print both.

    :return: whether something went wrong
    """
    seconds = options.seconds / 2
    alone = Tally(seconds)
    together(lambda person: alone.work(person, options.think), reps)
    made = []
    beside = Tally(seconds)

    def work(person):
        if person in reps:
            beside.work(person, options.think)
        while person in managers and time.monotonic() < beside.end:
            made.append(person.export_in_background())

    together(work, [*reps, *managers])
    print(f"\n| {len(reps)} salespeople | clicks | p50 ms | p95 ms |")
    print("|---|---:|---:|---:|")
    print_times("alone", alone.all_times())
    print_times("beside two exports", beside.all_times())
    errors = [*alone.errors, *beside.errors]
    print(f"\n{len(made)} exports made, {len(errors)} errors", flush=True)
    if not made or not all(made):
        errors.append("An export was not made in the background.")
    return tell(errors)


def print_times(name, times):
    if len(times) > 1:
        cuts = [1000 * each for each in statistics.quantiles(times, n=20)]
        print(f"| {name} | {len(times)} | {cuts[9]:.0f} | {cuts[18]:.0f} |")


def tell(errors):
    for error in errors[:5]:
        print(error, file=sys.stderr)
    return bool(errors)


# The server


@contextlib.contextmanager
def served(options):
    """A server with two workers, as it would run for a company."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _port in range(2)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        http_port, gevent_port = (each.getsockname()[1] for each in sockets)
    log = Path(options.config).with_name("load-server.log")
    command = [sys.executable, str(find().script), f"--config={options.config}"]
    command += [f"--database={options.database}", "--workers=2", "--log-level=warn"]
    command += [f"--http-port={http_port}", f"--gevent-port={gevent_port}"]
    command += ["--http-interface=127.0.0.1", "--max-cron-threads=2"]
    command += [f"--db-filter=^{options.database}$"]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=os.environ
        )
    try:
        url = f"http://127.0.0.1:{http_port}"
        wait_until_ready(process, url, log)
        yield url, log
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        if process.poll() is None:
            process.kill()
            process.wait()


def wait_until_ready(process, url, log):
    session = requests.Session()
    session.trust_env = False
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(requests.RequestException):
            if session.get(f"{url}/web/health", timeout=5).ok:
                return
        time.sleep(0.2)
    sys.exit(f"The server did not start:\n{log.read_text(errors='replace')[-2000:]}")


if __name__ == "__main__":
    main()
