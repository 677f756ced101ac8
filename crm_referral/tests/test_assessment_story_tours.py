import re

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .assessment_common import AssessmentCase


@tagged("post_install", "-at_install")
class TestAssessmentStoryTours(AssessmentCase, HttpCase):
    """Whole stories in the browser, each told by all who take part in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_TW")
        cls.bakery = cls.env["res.partner"].create(
            {"name": "Bakery Seaside", "is_company": True}
        )

    def _start_tour(self, name, user, url="/odoo"):
        self.start_tour(url, name, login=user.login)
        self.env.invalidate_all()

    def _take_link_from_mail(self, round_):
        """:return: the path of the personal link in the e-mail to the customer."""
        [mail] = self._get_link_mails(round_.contact_id)
        body = self._get_sent_body(mail)
        [path] = set(re.findall(r"/assessment/feedback/[\w-]+", body))
        return path

    def _answer_as_leader(self, round_):
        """Best everywhere, and a little less for what comes from outside."""
        form = round_._search_assessments().filtered(lambda a: a.viewpoint == "manager")
        form = form.with_user(self.leader)
        options = form.framework_id.scale_id.option_ids
        scale_lines = form.line_ids.filtered(lambda line: line.kind == "scale")
        for number, line in enumerate(scale_lines):
            goodness = 3 if number >= 16 else 4
            is_reversed = number % 4 == 3
            line.option_id = options[4 - goodness if is_reversed else goodness]
        form.action_done()

    def test_pride_round_of_a_new_user(self):
        """A new user asks a customer they typed in, who answers on the phone."""
        owner = self._create_user(
            "owner", "base.group_user,sales_team.group_sale_salesman"
        )
        self.env["crm.team"].create(
            {
                "name": "Two of Us",
                "user_id": self.leader.id,
                "company_id": self.company.id,
                "member_ids": [Command.set(owner.ids)],
            }
        )
        self._start_tour("crm_referral_pride_start", owner)
        round_ = self.env["crm.assessment.round"].search(
            [("partner_id.name", "=", "Lin Mei-Hua")]
        )
        self.assertEqual(round_.partner_id.lang, "zh_TW")
        self.assertEqual(round_.user_id, owner)
        self.assertEqual(round_.manager_id, self.leader)
        self.assertEqual(round_.state, "open")
        self._answer_as_leader(round_)

        self.browser_size = "390x844"
        self.touch_enabled = True
        self.start_tour(
            self._take_link_from_mail(round_), "crm_referral_pride_customer"
        )
        self.env.invalidate_all()
        self.assertEqual(round_.state, "done")
        self.assertEqual(round_.recommendation, 7)
        self.assertEqual(round_.weak_section_ids.mapped("code"), ["process"])

        self.browser_size = "1366x768"
        self.touch_enabled = False
        self._start_tour("crm_referral_pride_result", owner)
        action = round_.action_ids
        self.assertEqual(action.name, "Call before she has to")
        self.assertEqual(action.section_id.code, "process")
        self.assertEqual(action.user_id, owner)
        self.assertEqual(action.score_before, 18.75)
        self.assertEqual(round_.undecided_count, 0)

    def test_be_sure_disputed(self):
        """An agent fills in, a leader reviews, the agent disputes, a third settles."""
        self._start_tour("crm_referral_be_sure_agent", self.rep)
        round_ = self.env["crm.assessment.round"].search(
            [("partner_id", "=", self.customer_company.id)]
        )
        self.assertEqual(round_.manager_id, self.leader)
        self._start_tour("crm_referral_be_sure_outsider", self.colleague)
        self._start_tour("crm_referral_be_sure_reviewer", self.leader)
        self.assertTrue(round_.is_reviewed)
        self._start_tour("crm_referral_be_sure_dispute", self.rep)
        self.assertEqual(round_.dispute_state, "open")
        self.assertFalse(
            round_.assessment_ids.score_ids.filtered("is_counted"),
            "what is disputed does not count",
        )
        self._start_tour("crm_referral_be_sure_settle", self.manager)
        self.assertEqual(round_.settlement, "self")
        self.assertEqual(round_.settled_by_id, self.manager)
        counted = round_.assessment_ids.score_ids.filtered("is_counted")
        self.assertEqual(set(counted.mapped("viewpoint")), {"self"})

    def _run_round(self, partner, framework, options):
        """Ask, answer and sign; the options by viewpoint, one for all items."""
        round_ = self.env["crm.assessment.round"].create(
            {
                "partner_id": partner.id,
                "user_id": self.rep.id,
                "manager_id": self.leader.id,
                "framework_id": framework.id,
            }
        )
        round_._start()
        for form in round_._search_assessments():
            lines = form.line_ids.filtered(lambda line: line.kind == "scale")
            lines.write({"option_id": options[form.viewpoint].id, "cause": "agent"})
            form.action_done()
        return round_

    def test_manager_reads_the_figures(self):
        """The heat map opens what is behind a cell; the scorecard compares fairly."""
        pride = self.env.ref("crm_referral.crm_assessment_framework_pride")
        none, *_between, full, _cannot_say = pride.scale_id.option_ids
        for item in pride.item_ids:
            item.is_reversed = False
        for partner, said in ((self.customer_company, none), (self.bakery, full)):
            self._run_round(
                partner, pride, {"customer": said, "employee": full, "manager": full}
            )
        be_sure = self.env.ref("crm_referral.crm_assessment_framework_be_sure")
        yes, partly, *_no = be_sure.scale_id.option_ids
        for _number in range(2):
            self._run_round(
                self.customer_company, be_sure, {"self": yes, "reviewer": partly}
            )
        self._start_tour("crm_referral_assessment_figures", self.manager)
