"""What a person reads: found by the word they know, told in their language's way."""

import re

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_foundation.tools.sentences import join_sentences


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
        self.assertGreater(len(names), 2)
        self.assertFalse([name for name in names if not name.startswith("Referral: ")])

    def test_mails_greet_as_a_person_writes(self):
        """A sentence after “Hello Brandon,” begins with a capital, as English does."""
        templates = self._get_records("mail.template")
        self.assertTrue(templates)
        for template in templates:
            for paragraph in re.findall(r"<p\b[^>]*>\s*(\w)", template.body_html):
                self.assertTrue(paragraph.isupper(), template.name)

    def test_sentences_follow_each_other(self):
        """English puts a space between two sentences, Chinese and Japanese none."""
        self.env["res.lang"]._activate_lang("zh_TW")
        chinese = self.env(context={"lang": "zh_TW"})
        self.assertEqual(join_sentences(self.env, ["One.", False, "Two."]), "One. Two.")
        self.assertEqual(join_sentences(chinese, ["一。", "", "二。"]), "一。二。")
        self.assertEqual(join_sentences(chinese, []), "")

    def test_lists_are_told_in_the_language_of_the_reader(self):
        """What is missing before the first contact, in English and in Chinese."""
        self.env["res.lang"]._activate_lang("zh_TW")
        customer = self.env["res.partner"].create({"name": "Ann Archer"})
        referral = self.env["crm.referral"].create({"partner_id": customer.id})
        candidate = self.env["crm.referral.candidate"].create(
            {"referral_id": referral.id, "name": "Bob Builder"}
        )
        self.assertEqual(
            candidate.missing_research,
            "the person, their organization, their industry, and what we can bring "
            "them",
        )
        chinese = candidate.with_context(lang="zh_TW").missing_research
        self.assertNotIn(",", chinese)
        self.assertEqual(chinese.count("、"), 2)
        with self.assertRaisesRegex(ValidationError, "30, 90, (and|or) 365"):
            self.env["crm.referral.dashboard"].get_dashboard(7)
