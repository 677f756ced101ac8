"""Many agents answer one customer at the same time, each in a transaction of its own.

Every contact is chained to the one that its agent was shown, as on the screen; what a
server does with a conflict (it tries again) is what Odoo's own `retrying` does. Eight
agents collide often enough; CRM_REFERRAL_AGENTS=20x200 is the full size.
"""

import os

from serving import query

AGENTS, CONTACTS = map(int, os.environ.get("CRM_REFERRAL_AGENTS", "8x25").split("x"))
ANSWER = f"""
import threading

from odoo import api
from odoo.service.model import retrying

customer = env['res.partner'].create({{'name': 'Clinic'}})
reason = env.ref('crm_referral_service.reason_late')
values = {{'partner_id': customer.id, 'reason_id': reason.id}}
env['crm.service.contact'].create(values)
group = env.ref('crm_referral_service.group_service_user')
agents = env['res.users'].create([
    {{'name': login, 'login': login, 'group_ids': [(6, 0, group.ids)]}}
    for login in (f'agent-{{number}}' for number in range({AGENTS}))
])
env.cr.commit()
failed = []

def answer(uid):
    with env.registry.cursor() as cr:
        mine = api.Environment(cr, uid, {{}})

        def log():
            contact = mine['crm.service.contact'].create(values)
            contact.previous_id = contact.proposed_previous_id

        try:
            for _number in range({CONTACTS}):
                retrying(log, mine)
        except Exception as error:
            failed.append(error)

threads = [threading.Thread(target=answer, args=[uid]) for uid in agents.ids]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not failed, failed
env.invalidate_all()
contacts = env['crm.service.contact'].search([('partner_id', '=', customer.id)])
before = contacts.mapped('previous_id')
assert len(before) == len(contacts) - 1, (len(before), len(contacts))
"""
CHAINS = """SELECT count(*), count(*) FILTER (WHERE first_id IS NULL),
                   count(DISTINCT first_id), min(first_time)
              FROM crm_service_contact"""


def test_one_customer_many_agents(lab):
    """One chain of all of them, and nobody comes after the same contact twice."""
    with lab.database(lab.template_guests()) as database:
        lab.shell(database, ANSWER, log="contact-chain")
        assert query(lab, database, CHAINS) == (AGENTS * CONTACTS + 1, 1, 1, "no")
