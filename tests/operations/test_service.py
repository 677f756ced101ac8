"""The service addon is optional: it comes, is upgraded, and goes without a trace."""

import catalogue

SERVICE = "crm_referral_service"
# What is there before: it is theirs, and stays.
THEIRS = """
admin = env.ref('base.user_admin')
env['crm.team'].create({'name': 'Service'})
env['res.partner'].create({'name': 'Service Customer'})
env['calendar.event'].create({'name': 'Duty', 'start': '2030-01-01 08:00:00',
    'stop': '2030-01-01 16:00:00', 'partner_ids': [(6, 0, admin.partner_id.ids)]})
env.cr.commit()
"""
# What a team has after a day: a shift, a contact, a complaint with a question out.
USED = """
admin = env.ref('base.user_admin')
team = env['crm.team'].search([('name', '=', 'Service')])
partner = env['res.partner'].search([('name', '=', 'Service Customer')])
event = env['calendar.event'].search([('name', '=', 'Duty')])
assert len(team) == len(partner) == len(event) == 1
team.is_service = True
event.service_team_id = team
post = env['crm.service.post'].create({'name': 'Card', 'alias_name': 'card'})
complaint = env['crm.complaint'].create({'partner_id': partner.id, 'team_id': team.id})
env['crm.service.contact'].create({'partner_id': partner.id, 'post_id': post.id})
env['crm.service.handover'].create({'complaint_id': complaint.id,
    'to_user_id': admin.id, 'question': 'Why?'})
env['crm.service.duty.gap']._cron_find_gaps()
env.cr.commit()
"""


def test_service_comes_and_goes(lab, installed, clean):
    with lab.database(installed) as name:
        lab.shell(name, THEIRS, log="before-service")
        before = catalogue.read(lab, name)
        clean(lab.install(name, f"-i{SERVICE}", log="service"))
        lab.shell(name, USED, log="service-used")
        there = catalogue.read(lab, name)
        tables = sorted(set(there.rows) - set(before.rows))
        rows = catalogue.contents(lab, name, tables)
        assert rows["crm_complaint"]
        for number in range(2):
            clean(lab.install(name, f"-u{SERVICE}", log=f"service-upgrade-{number}"))
            assert catalogue.contents(lab, name, tables) == rows
        status, log = lab.odoo(
            *("module", "uninstall", "-d", name, SERVICE), log="service-uninstall"
        )
        assert not status, log[-2000:]
        clean(log)
        after = catalogue.read(lab, name)
    assert "\n".join(after.minus(before)) == ""
    # With a field Odoo forgets what users inherit of all that depends on it; the next
    # upgrade of the engine writes it down again.
    forgotten = before.rows["ir_model_data"] - after.rows["ir_model_data"]
    assert [each for each in forgotten if ".field_res_users__" not in each] == []
    lost = [
        line
        for line in before.minus(after)
        if " of ir_model_data:" not in line and " of ir_model_fields:" not in line
    ]
    assert "\n".join(lost) == ""
