"""Where contacts come in and go out: mails, public pages, the workbook."""

import statistics
import tempfile
import threading
import time
import zlib
from pathlib import Path
from types import SimpleNamespace

from werkzeug.test import Client
from xlsx import memory

import odoo.http
from odoo.fields import Command, Date

CONTACT, COMPLAINT, LEAD = "crm.service.contact", "crm.complaint", "crm.lead"
MAILS = 100
MAIL = """From: {name} <{name}@mails.example.com>
To: {to}
Subject: It gurgles
Message-ID: <{name}-{model}-{turn}@mails.example.com>
Content-Type: text/plain; charset=utf-8

Since Monday it gurgles. What can I do?
"""


def mails(env, clock, rounds):
    """A hundred mails of as many senders, beside as many that become leads.

    :return: Odoo's and our milliseconds a mail, and queries
    """
    post = env["crm.service.post"].create({"name": "Mail"})
    doors = ((LEAD, {"type": "lead"}), (CONTACT, {"post_id": post.id}))
    costs = {LEAD: [], CONTACT: []}
    for turn in range(rounds + 1):
        for model, values in doors:
            env.flush_all()
            with env.cr.savepoint() as savepoint:
                env.invalidate_all()
                queries, started = env.cr.sql_log_count, clock()
                for number in range(MAILS):
                    text = MAIL.format(
                        name=f"sender{number}",
                        to="us@example.com",
                        model=model,
                        turn=turn,
                    )
                    env["mail.thread"].message_process(
                        model, text, custom_values=dict(values)
                    )
                env.flush_all()
                cost = clock() - started, env.cr.sql_log_count - queries
                savepoint.rollback()
            if turn:
                costs[model].append(cost)
    return [
        (
            1000 * statistics.median(cost for cost, _queries in costs[model]) / MAILS,
            costs[model][-1][1] / MAILS,
        )
        for model in (LEAD, CONTACT)
    ]


# The workbook


class Taken(Exception):
    """What a sheet would write was taken down."""


def workbook(env, clock):
    """The sheet of all contacts, beside fetching and deflating the same values.

    :return: rows, and of each way the seconds of processor time, those of Python
        among them, and MiB more
    """
    sheet = env["crm.referral.export.sheet"].search([("code", "=", "contacts")])
    export = env["crm.referral.export"].create(
        {"period": "all", "sheet_ids": [Command.set(sheet.ids)]}
    )
    options = export._prepare_options()
    assert options["sheets"] == ["contacts"], options
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts"
        today = {"date_from": Date.today(), "date_to": Date.today()}
        env["crm.referral.workbook"]._build(options | today, path)  # imports, caches
        ways = {
            "floor": lambda: fetch(env, take_query(env, options), path),
            "ours": lambda: env["crm.referral.workbook"]._build(options, path).rows,
        }
        for name, way in ways.items():
            Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
            before, started, ours = memory("VmRSS"), clock(), time.process_time()
            rows = way()
            found[name] = (
                clock() - started,
                time.process_time() - ours,
                max(0, memory("VmHWM") - before),
            )
    return rows, found


def take_query(env, options):
    """:return: the query of the sheet of contacts, as a reader's rights have it"""

    def add_sheet(spec):
        raise Taken(spec.query)

    workbook = env["crm.referral.workbook"]
    job = SimpleNamespace(
        options=options,
        look=workbook._get_look(),
        book=SimpleNamespace(add_sheet=add_sheet),
        sheets={},
    )
    try:
        env["crm.referral.sheet.contacts"]._add(job)
    except Taken as taken:
        [query] = taken.args
    return query


def fetch(env, query, path):
    """The floor: each row as Python has it, joined to a line, deflated."""
    deflate = zlib.compressobj(1, zlib.DEFLATED, -15)
    cursor = env.cr._cnx.cursor("bench")
    cursor.itersize = 2000
    cursor.execute(f"{query.code} ORDER BY 1", query.params)
    lines, count = [], 0
    with path.open("wb") as file:
        for row in cursor:
            lines.append(",".join(map(str, row)))
            count += 1
            if len(lines) == 2000:
                file.write(deflate.compress("\n".join(lines).encode()))
                lines.clear()
        file.write(deflate.compress("\n".join(lines).encode()) + deflate.flush())
    cursor.close()
    return count


# Public pages


def open_doors(env, manager):
    """:return: the path of each page by its name; the feedback page is the first"""
    customer = env["res.partner"].create(
        {"name": "Page", "email": "page@example.com", "lang": "en_US"}
    )
    framework = env.ref("crm_referral.crm_assessment_framework_pride")
    asked = env["crm.assessment"].create(
        {
            "framework_id": framework.id,
            "partner_id": customer.id,
            "user_id": manager,
            "viewpoint": "customer",
            "state": "sent",
            "deadline": Date.add(Date.today(), days=7),
        }
    )
    contact = env[CONTACT].create({"partner_id": customer.id})
    contact._get_link()
    records = {
        "feedback": asked,
        "tell us": env["crm.service.post"].create({"name": "Page"}),
        "complaint": env[COMPLAINT].create(
            {"partner_id": customer.id, "story": "It gurgles"}
        ),
        "is it solved?": contact,
    }
    return {
        name: f"{record._link_path}/{record.access_token}"
        for name, record in records.items()
    }


def pages(paths, visits):
    """Open each page so often, in turn.

    :return: by page its milliseconds (the quickest visit) and queries
    """
    client = Client(odoo.http.root)
    found = {name: [] for name in paths}
    for visit in range(visits + 1):
        for name, path in paths.items():
            started = time.perf_counter()
            answer = client.get(path)
            answer.get_data()
            cost = 1000 * (time.perf_counter() - started)
            assert answer.status_code == 200, (name, answer.status)
            if visit:
                found[name].append((cost, threading.current_thread().query_count))
    return {
        name: (min(cost for cost, _count in costs), costs[-1][1])
        for name, costs in found.items()
    }
