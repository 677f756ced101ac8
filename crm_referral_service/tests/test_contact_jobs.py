from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from .test_contact import ContactCommon

NUMBER = 5


@tagged("post_install", "-at_install")
class TestContactJobs(ContactCommon):
    """A job that is stopped after a batch goes on, and ends as if nothing happened."""

    def _stop_and_go_on(self, job, count):
        """Stop after the first batch of two; then let it run twice.

        :param job: method of the job
        :param count: tells how many contacts are done
        """
        with patch.object(
            self.env.registry["ir.cron"], "_commit_progress", lambda *_a, **_kw: 0
        ):
            job(batch_size=2)
            self.env.invalidate_all()
            self.assertEqual(count(), 2)
        with patch.object(
            self.env.registry["ir.cron"], "_commit_progress", lambda *_a, **_kw: 600
        ):
            for _run in range(2):
                job(batch_size=2)
                self.env.invalidate_all()
                self.assertEqual(count(), NUMBER)

    def _log_many(self, **values):
        Contact = self.env["crm.service.contact"]
        return Contact.union(*(self._log(**values) for _n in range(NUMBER)))

    def test_windows_that_pass(self):
        self.env["crm.service.contact"].search([]).sudo().active = False
        contacts = self._log_many(
            days_ago=30, partner_id=self.customer.id, reason_id=self.reason.id
        )
        contacts.action_done()
        self._stop_and_go_on(
            contacts._cron_close_windows,
            lambda: contacts.mapped("first_time").count("yes"),
        )

    def test_calls_that_are_missed(self):
        now = self.env.cr.now()
        contacts = self._log_many(
            phone="+32 2 290 34 90",
            callback_wanted=True,
            callback_from=now - timedelta(hours=3),
            callback_to=now - timedelta(hours=2),
        ).sudo()
        self._stop_and_go_on(
            contacts._cron_missed_callbacks,
            lambda: len(
                contacts.activity_ids.filtered(
                    lambda activity: "and did not" in (activity.summary or "")
                )
            ),
        )

    def test_callers_that_are_forgotten(self):
        self.env.company.unknown_caller_months = 6
        contacts = self._log_many(days_ago=400, phone="+32 2 290 34 91")
        self._stop_and_go_on(
            contacts.sudo()._cron_forget_unknown,
            lambda: contacts.mapped("phone").count(False),
        )
