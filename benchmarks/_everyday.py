"""What each everyday operation of CRM and Contacts costs on one database, as JSON.

Runs on a database with our addons and on one without: it names nothing of ours. A
salesperson works, as the browser calls it. Each operation is made twice to fill the
caches, then counted; all of it is rolled back.
"""

import argparse
import json
import time
from collections.abc import Callable

import _screens

import odoo
from odoo.api import Environment
from odoo.fields import Command, Date
from odoo.modules.registry import Registry

WARM, ROUNDS = 2, 5
FORM = "base.view_partner_form"
LISTS = {
    "contacts: list": ("res.partner", "base.view_partner_tree", []),
    "leads: list": ("crm.lead", "crm.crm_case_tree_view_oppor", []),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--config", required=True)
    options = parser.parse_args()
    odoo.tools.config.parse_config(
        ["-c", options.config, "-d", options.database, "--log-level=error", "--no-http"]
    )
    with Registry(options.database).cursor() as cr:
        costs = measure(Environment(cr, make_salesperson(cr), {"lang": "en_US"}))
        cr.rollback()
    print(json.dumps(costs))


def make_salesperson(cr):
    env = Environment(cr, odoo.SUPERUSER_ID, {})
    group = env.ref("sales_team.group_sale_salesman")
    user = env["res.users"].create(
        {
            "name": "Everyday",
            "login": "everyday",
            "group_ids": [
                Command.set([group.id, env.ref("base.group_partner_manager").id])
            ],
        }
    )
    return user.id


def measure(env):
    """:return: queries and milliseconds of each operation, by its name."""
    partner, lead = make_records(env)
    costs = {}
    for name, operation in operations(env, partner, lead).items():
        counts, times = [], []
        for _round in range(WARM + ROUNDS):
            env.flush_all()
            with env.cr.savepoint() as savepoint:
                env.invalidate_all()
                before, started = env.cr.sql_log_count, time.process_time()
                operation()
                env.flush_all()
                times.append(1000 * (time.process_time() - started))
                counts.append(env.cr.sql_log_count - before)
                savepoint.rollback()
            env.invalidate_all()
        costs[name] = {"queries": counts[-1], "ms": min(times[WARM:])}
    return costs


def make_records(env):
    """A customer with a deal, and eighty of each for the lists."""
    partners = env["res.partner"].create(
        [
            {
                "name": f"Customer {number}",
                "email": f"customer{number}@host.example",
                "phone": f"+32 2 290 34 {number:02}",
                "user_id": env.uid,
                "is_company": True,
            }
            for number in range(80)
        ]
    )
    leads = env["crm.lead"].create(
        [
            {
                "name": f"Opportunity {partner.name}",
                "type": "opportunity",
                "partner_id": partner.id,
                "expected_revenue": 1000.0,
            }
            for partner in partners
        ]
    )
    leads[0].activity_schedule("mail.mail_activity_data_todo")
    env.flush_all()
    return partners[0], leads[0]


def operations(env, partner, lead) -> dict[str, Callable[[], object]]:
    found = {
        "contact: open": opened(env, partner, FORM),
        "lead: open": opened(env, lead, "crm.crm_lead_view_form"),
        "contacts: board": board(env, "res.partner", "base.res_partner_kanban_view"),
        **{name: listed(env, *each) for name, each in LISTS.items()},
        "leads: pipeline": pipeline(env),
        "contacts: look up a name": lambda: env["res.partner"].name_search("Customer"),
        "contacts: search": lambda: env["res.partner"].search_count(
            [("phone", "ilike", "290")]
        ),
    }
    return found | contact_work(env, partner) | lead_work(env, partner, lead)


def opened(env, record, xml_id):
    arch = _screens.view(env, xml_id, record._name, "form")
    spec = _screens.specification(record, arch)
    return lambda: record.web_read(spec)


def listed(env, model, xml_id, domain):
    calls = _screens.listing(env, model, xml_id, domain)
    return lambda: _screens.show(env, calls)


def board(env, model, xml_id):
    spec = _screens.specification(
        env[model], _screens.view(env, xml_id, model, "kanban")
    )
    return lambda: env[model].web_search_read([], spec, limit=_screens.CARDS)


def pipeline(env):
    domain = [("type", "=", "opportunity"), ("user_id", "=", env.uid)]
    calls = _screens.kanban(
        env, "crm.lead", "crm.crm_case_kanban_view_leads", domain, "stage_id"
    )
    return lambda: _screens.show(env, calls)


def contact_work(env, partner):
    Partner = env["res.partner"]
    return {
        "contact: create": lambda: Partner.create({"name": "New"}),
        "contact: create with address": lambda: Partner.create(
            {"name": "New", "email": "new@host.example", "phone": "+32 2 290 34 99"}
        ),
        "contacts: import 100": lambda: Partner.load(
            ["name", "email"],
            [[f"Row {number}", f"row{number}@host.example"] for number in range(100)],
        ),
        "contact: change phone": lambda: partner.write({"phone": "+32 2 290 35 00"}),
        "contact: change salesperson": lambda: partner.write({"user_id": False}),
        "contact: archive": lambda: partner.action_archive(),
        "contact: note": lambda: partner.message_post(body="A note"),
    }


def lead_work(env, partner, lead):
    Lead = env["crm.lead"]
    stages = env["crm.stage"].search([("is_won", "=", False)], limit=2)
    next_stage = stages - lead.stage_id
    values = {"name": "New", "type": "opportunity", "partner_id": partner.id}
    return {
        "lead: create": lambda: Lead.create({"name": "New", "type": "lead"}),
        "opportunity: create": lambda: Lead.create(values),
        "opportunities: create 10": lambda: Lead.create([values] * 10),
        "lead: from a mail": lambda: Lead.message_new(
            {"subject": "Hello", "from": "a@host.example", "body": "Hi", "to": "x"}
        ),
        "lead: next stage": lambda: lead.write({"stage_id": next_stage[:1].id}),
        "lead: change revenue": lambda: lead.write({"expected_revenue": 2.0}),
        "lead: won": lambda: lead.action_set_won(),
        "lead: lost": lambda: lead.action_set_lost(),
        "lead: copy": lambda: lead.copy(),
        "lead: archive": lambda: lead.action_archive(),
        "lead: plan an activity": lambda: lead.activity_schedule(
            "mail.mail_activity_data_call", Date.today()
        ),
        "lead: activity done": lambda: lead.activity_ids.action_done(),
        "lead: note": lambda: lead.message_post(body="A note"),
    }


if __name__ == "__main__":
    main()
