"""A bridge goes without a trace, and what was compared goes by days again."""

from devkit import base

NOTICES = """
reason = env['crm.service.reason'].search([], limit=1)
for code in ('orders', 'deliveries', 'invoices', 'won'):
    env['crm.service.notice'].create(
        {'name': code, 'reason_ids': reason.ids, 'denominator': code}
    )
env.cr.commit()
"""
LEFT = "SELECT name, denominator FROM crm_service_notice WHERE denominator IS NOT NULL"
INDEX = "SELECT indexname FROM pg_indexes WHERE indexname ~ '^stock_picking_service'"


def test_bridges_go(lab, clean):
    names = ", ".join(f"'{name}'" for name in base.bridges())
    ids = f"SELECT name FROM ir_model_data WHERE module IN ({names})"
    with lab.database(lab.template_bridges()) as name:
        lab.shell(name, NOTICES, log="bridges-notices")
        assert lab.server.query(INDEX, name)
        status, log = lab.odoo(
            *("module", "uninstall", "-d", name, *base.bridges()),
            log="bridges-uninstall",
        )
        assert not status, log[-2000:]
        clean(log)
        assert lab.server.query(LEFT, name) == [["won", "won"]]
        assert lab.server.query(ids, name) == []
        assert lab.server.query(INDEX, name) == []
