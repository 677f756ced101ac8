from contextlib import ExitStack, contextmanager

from odoo import api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged


@tagged("post_install", "-at_install")
class TestLedgerConcurrency(BaseCase):
    """Several people at once, in real transactions that commit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.addClassCleanup(cls.registry.reset_changes)
        cls.addClassCleanup(cls.registry.clear_all_caches)

    @contextmanager
    def _transaction(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, api.SUPERUSER_ID, {})

    def test_nobody_waits(self):
        """Reps move their requests while what adds up is put together: none waits."""
        with self._transaction() as env:
            customers = env["res.partner"].create(
                [{"name": "Busy Customer"}, {"name": "Another Customer"}]
            )
            requests = env["crm.referral"].create(
                [{"partner_id": customer.id} for customer in customers]
            )

        def clean_up():
            with self._transaction() as env:
                env["crm.referral"].browse(requests.ids).unlink()
                env["res.partner"].browse(customers.ids).unlink()

        self.addCleanup(clean_up)
        with ExitStack() as stack:
            first, second, night = (
                api.Environment(cr, api.SUPERUSER_ID, {})
                for cr in [
                    stack.enter_context(self.registry.cursor()) for _who in range(3)
                ]
            )
            for env in (first, second, night):
                env.cr.execute("SET LOCAL lock_timeout = '5s'")
            for env, request_id in zip((first, second), requests.ids, strict=True):
                env["crm.referral"].browse(request_id).action_skip_step("Known")
                env.flush_all()
                night["crm.referral.funnel"]._gc_scattered()
            second.cr.commit()
            night.cr.commit()
            first.cr.commit()
        with self._transaction() as env:
            self.assertEqual(env["crm.referral.funnel"]._find_differences(), [])
            env["crm.referral.funnel"]._gc_scattered()
            self.assertEqual(env["crm.referral.funnel"]._find_differences(), [])
