"""What a person reads: found by the word they know, told in their language's way."""

import re

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestWords(TransactionCase):
    def _get_records(self, model):
        data = self.env["ir.model.data"].search(
            [("module", "=", "crm_referral"), ("model", "=", model)]
        )
        return self.env[model].browse(data.mapped("res_id")).exists()

    def test_scheduled_actions_are_found_together(self):
        """Who looks for “Referral” among the scheduled actions finds all of ours."""
        names = self._get_records("ir.cron").mapped("name")
        self.assertGreater(len(names), 5)
        self.assertFalse([name for name in names if not name.startswith("Referral: ")])

    def test_mails_greet_as_a_person_writes(self):
        """A sentence after “Hello Brandon,” begins with a capital, as English does."""
        templates = self._get_records("mail.template")
        self.assertTrue(templates)
        for template in templates:
            for paragraph in re.findall(r"<p\b[^>]*>\s*(\w)", template.body_html):
                self.assertTrue(paragraph.isupper(), template.name)
