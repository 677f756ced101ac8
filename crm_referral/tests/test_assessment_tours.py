from odoo.tests import HttpCase, tagged

from .assessment_common import AssessmentCase


@tagged("post_install", "-at_install")
class TestAssessmentTours(AssessmentCase, HttpCase):
    def test_agent(self):
        """An agent fills in a checklist about a customer and signs it."""
        self.customer_company.user_id = self.rep
        self.start_tour(
            f"/odoo/res.partner/{self.customer_company.id}",
            "crm_referral_assessment_agent",
            login=self.rep.login,
        )
        round_ = self.env["crm.assessment.round"].search(
            [("partner_id", "=", self.customer_company.id)]
        )
        forms = {a.viewpoint: a for a in round_._search_assessments()}
        self.assertEqual(forms["self"].state, "done")
        self.assertEqual(forms["reviewer"].state, "sent")
        failed = forms["self"].line_ids[1]
        self.assertEqual(failed.cause, "organization")
        self.assertEqual(failed.cause_section_id.code, "process")
        self.assertEqual(failed.note, "Credit notes wait for the end of the month.")

    def test_manager(self):
        """A manager reads a PRIDE round and decides on a weak letter."""
        pride = self.env.ref("crm_referral.crm_assessment_framework_pride")
        round_ = self.env["crm.assessment.round"].create(
            {"partner_id": self.customer_company.id, "user_id": self.rep.id}
        )
        options = pride.scale_id.option_ids
        round_._start()
        for form in round_._search_assessments():
            items = form.form_id._get_entries("items")
            for line in form.line_ids.filtered(lambda line: line.kind == "scale"):
                good = form.viewpoint != "customer"
                if items[line.item_id.id]["is_reversed"]:
                    good = not good
                line.option_id = options[4 if good else 0]
            form.action_done()
        self.start_tour(
            f"/odoo/pride/{round_.id}",
            "crm_referral_assessment_manager",
            login=self.manager.login,
        )
        action = round_.action_ids
        self.assertEqual(action.name, "Confirm every date in writing")
        self.assertEqual(action.section_id.code, "process")
        self.assertEqual(action.user_id, self.manager)
        self.assertEqual(action.score_before, 0)
        self.assertEqual(round_.undecided_count, 4)
