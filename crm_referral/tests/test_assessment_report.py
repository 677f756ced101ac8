from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .assessment_common import AssessmentCase


class AssessmentReportCommon(AssessmentCase):
    """A small world of assessments whose figures can be counted by hand.

    A PRIDE round about a customer of the rep: the customer says 75, the rep 100, their
    leader 25. One about a customer of the colleague, whose team the manager leads: the
    customer says 25, the other two 50. A third, of the rep, still goes on: only the
    customer has answered. One checklist of the rep: self 100, reviewer 50.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pride = cls.env.ref("crm_referral.crm_assessment_framework_pride")
        cls.be_sure = cls.env.ref("crm_referral.crm_assessment_framework_be_sure")
        cls.industry = cls.env["res.partner.industry"].create({"name": "Clinics"})
        cls.customer_company.write({"user_id": cls.rep.id, "industry_id": cls.industry})
        cls.env["crm.team"].create(
            {
                "name": "Lake Team",
                "user_id": cls.manager.id,
                "company_id": cls.company.id,
                "member_ids": [Command.set(cls.colleague.ids)],
            }
        )
        cls.lake, cls.hill = cls.env["res.partner"].create(
            [
                {"name": "Lake Lodge", "email": "l@example.com"},
                {"name": "Hill Hotel", "email": "h@example.com"},
            ]
        )
        cls.lake.user_id = cls.colleague
        cls.hill.user_id = cls.rep
        cls.round = cls._start_pride(cls.customer_company)
        cls._answer_round(cls.round, customer=3, employee=4, manager=1)
        cls.lake_round = cls._start_pride(cls.lake, cls.colleague)
        cls._answer_round(cls.lake_round, customer=1, employee=2, manager=2)
        cls.open_round = cls._start_pride(cls.hill)
        cls._answer_round(cls.open_round, customer=0)
        cls.checklist = cls._review_checklist(cls.customer_company)
        cls.env.flush_all()
        cls.env.invalidate_all()
        cls.about_ours = [
            ("partner_id", "in", (cls.customer_company | cls.lake | cls.hill).ids)
        ]

    @classmethod
    def _start_pride(cls, partner, user=None):
        return cls._start_round(partner, user or cls.rep)

    @classmethod
    def _answer_round(cls, round_, **goodness):
        """Answer everything of a viewpoint with the same goodness from 0 to 4."""
        forms = {form.viewpoint: form for form in round_._search_assessments()}
        options = cls.pride.scale_id.option_ids
        for viewpoint, value in goodness.items():
            form = forms[viewpoint]
            if form.respondent_id:
                form = form.with_user(form.respondent_id).sudo(False)
            entries = form.form_id._get_entries("items")
            for line in form.line_ids:
                if line.kind == "scale":
                    is_reversed = entries[line.item_id.id]["is_reversed"]
                    line.option_id = options[4 - value if is_reversed else value]
                elif line.kind == "rating":
                    line.rating = str(value * 2)
            form.action_done()

    @classmethod
    def _review_checklist(cls, partner, self_option=0, option=1, agent=None):
        """Agent and reviewer sign a checklist; the options go from yes to no."""
        agent = agent or cls.rep
        round_ = cls._start_checklist(partner, agent)
        for viewpoint, index in (("self", self_option), ("reviewer", option)):
            # Each works in a transaction of their own.
            cls.env.invalidate_all()
            form = {f.viewpoint: f for f in round_._search_assessments()}[viewpoint]
            form = form.with_user(form.respondent_id).sudo(False)
            form.line_ids.write(
                {"option_id": cls.be_sure.scale_id.option_ids[index].id}
            )
            form.action_done()
        return round_

    def _read(self, aggregates, groupby=(), domain=(), user=None):
        """:return: groups of the analysis of our records only."""
        Report = self.env["crm.assessment.report"].with_user(user or self.manager)
        return Report._read_group([*self.about_ours, *domain], groupby, aggregates)


@tagged("post_install", "-at_install")
class TestAssessmentReport(AssessmentReportCommon):
    # === RIGHTS === #

    def test_only_sales_reads_and_nobody_writes(self):
        Report = self.env["crm.assessment.report"]
        for user in (self.rep, self.leader, self.all_documents, self.manager):
            self.assertTrue(Report.with_user(user).has_access("read"), user.login)
            for operation in ("write", "create", "unlink"):
                self.assertFalse(Report.with_user(user).has_access(operation))
        for user in (self.employee, self.portal, self.public):
            with self.assertRaises(AccessError):
                self._read(["__count"], user=user)

    def test_everybody_sees_the_forms_they_may_see(self):
        """Exactly the signed and revealed assessments that the rules show."""
        seen = {}
        for user in (
            self.rep,
            self.colleague,
            self.leader,
            self.all_documents,
            self.manager,
            self.foreign_rep,
            self.foreign_manager,
        ):
            [(forms,)] = self._read(["assessment_id:recordset"], user=user)
            expected = (
                self.env["crm.assessment"]
                .with_user(user)
                .search(
                    [
                        *self.about_ours,
                        ("state", "=", "done"),
                        ("is_revealed", "=", True),
                    ]
                )
            )
            self.assertEqual(set(forms.ids), set(expected.ids), user.login)
            seen[user] = len(forms)
        self.assertEqual(
            seen,
            {
                self.rep: 5,
                self.colleague: 3,
                self.leader: 5,
                self.all_documents: 0,
                self.manager: 8,
                self.foreign_rep: 0,
                self.foreign_manager: 0,
            },
        )

    def test_all_documents_see_their_teams(self):
        self.team.member_ids += self.all_documents
        self.env.invalidate_all()
        [(forms,)] = self._read(["assessment_id:recordset"], user=self.all_documents)
        self.assertEqual(set(forms.team_id.ids), set(self.team.ids))

    def test_what_is_blind_stays_blind(self):
        """Nothing of an open round, not even to who answered, nor as superuser."""
        done = self.open_round._search_assessments().filtered(
            lambda form: form.state == "done"
        )
        self.assertTrue(done)
        domain = [("partner_id", "=", self.hill.id)]
        for user in (self.rep, self.leader, self.manager, self.env.user):
            self.assertEqual(self._read(["__count"], domain=domain, user=user), [(0,)])
        self._answer_round(self.open_round, employee=2, manager=2)
        self.env.flush_all()
        self.assertEqual(
            self._read(["assessment_id:count_distinct"], domain=domain), [(3,)]
        )

    # === FIGURES === #

    def test_pride_by_letter_and_viewpoint(self):
        domain = [("framework_id", "=", self.pride.id)]
        groups = self._read(
            ["score:avg", "scored_count:sum"], ["section_id", "viewpoint"], domain
        )
        self.assertEqual(len(groups), 15)
        for section, viewpoint, score, count in groups:
            self.assertEqual(section.framework_id, self.pride)
            expected = {"customer": 50, "employee": 75, "manager": 37.5}[viewpoint]
            self.assertEqual((score, count), (expected, 2), (section, viewpoint))

    def test_a_mean_is_no_mean_of_means(self):
        """A third form about one customer moves the total by its own weight only."""
        self._answer_round(
            self._start_pride(self.customer_company), customer=3, employee=3, manager=3
        )
        self.env.flush_all()
        domain = [
            ("framework_id", "=", self.pride.id),
            ("viewpoint", "=", "customer"),
        ]
        by_customer = {
            partner: (score, count)
            for partner, score, count in self._read(
                ["score:avg", "assessment_id:count_distinct"], ["partner_id"], domain
            )
        }
        self.assertEqual(
            by_customer, {self.customer_company: (75, 2), self.lake: (25, 1)}
        )
        [(total, count)] = self._read(["score:avg", "scored_count:sum"], [], domain)
        self.assertAlmostEqual(total, (75 + 75 + 25) / 3)
        self.assertEqual(count, 15)
        Report = self.env["crm.assessment.report"].with_user(self.manager)
        grand, by_letter = Report.formatted_read_grouping_sets(
            [*self.about_ours, *domain], [[], ["section_id"]], ["score:avg"]
        )
        self.assertAlmostEqual(grand[0]["score:avg"], 175 / 3)
        self.assertEqual(len(by_letter), 5)

    def test_letters_without_enough_answers_are_no_zeros(self):
        self.env["crm.assessment.score"].search(
            [("assessment_id", "in", self.lake_round._search_assessments().ids)]
        ).write({"score": False, "level": False})
        self.env.flush_all()
        [(score, scored, unscored, weak)] = self._read(
            ["score:avg", "scored_count:sum", "unscored_count:sum", "weak_rate:avg"],
            [],
            [("viewpoint", "=", "customer")],
        )
        self.assertEqual((score, scored, unscored, weak), (75, 5, 5, 0))
        row = self.env["crm.assessment.report"].search(
            [("partner_id", "=", self.lake.id)], limit=1
        )
        self.assertIs(row.score, False)
        self.assertEqual(row.action_open_assessment()["res_id"], row.assessment_id.id)

    def test_share_of_weak_scores(self):
        domain = [("framework_id", "=", self.pride.id)]
        [(rate, weak, count)] = self._read(
            ["weak_rate:avg", "weak_count:sum", "scored_count:sum"], [], domain
        )
        self.assertEqual((weak, count), (10, 30))
        self.assertAlmostEqual(rate, weak / count)

    def test_be_sure_by_letter_and_agent(self):
        """Only the word of the reviewer counts, and none while it is disputed."""
        domain = [("framework_id", "=", self.be_sure.id), ("is_counted", "=", True)]
        groups = self._read(
            ["score:avg", "scored_count:sum"], ["user_id", "section_id"], domain
        )
        self.assertEqual(
            [(user, score, count) for user, _section, score, count in groups],
            [(self.rep, 50, 1)] * 6,
        )
        self.checklist.sudo()._count_scores(False)
        self.env.flush_all()
        self.assertFalse(self._read(["score:avg"], ["user_id"], domain))

    def test_dimensions(self):
        customers = [("viewpoint", "=", "customer")]
        for fname, expected in (
            ("industry_id", {self.industry: 1, self.industry.browse(): 1}),
            ("team_id", {self.team: 1, self.lake_round.team_id: 1}),
            ("stage_id", {self.round.stage_id: 1, self.lake_round.stage_id: 1}),
            ("framework_id", {self.pride: 2}),
            ("company_id", {self.company: 2}),
        ):
            groups = self._read(["assessment_id:count_distinct"], [fname], customers)
            self.assertEqual(dict(groups), expected, fname)
        [(_month, count)] = self._read(["__count"], ["date:month"], customers)
        self.assertEqual(count, 10)

    def test_archived_forms_do_not_count(self):
        self.round._search_assessments().active = False
        self.env.flush_all()
        self.assertFalse(
            self._read(
                ["__count"],
                ["partner_id"],
                [("user_id", "=", self.rep.id), ("framework_id", "=", self.pride.id)],
            )
        )

    def test_actions(self):
        """Every menu opens with the views and filters that are there."""
        for xml_id in (
            "crm_assessment.crm_assessment_report_action",
            "crm_referral.crm_assessment_report_action_pride",
            "crm_referral.crm_assessment_report_action_be_sure",
        ):
            action = self.env.ref(xml_id)
            views = (
                self.env["crm.assessment.report"]
                .with_user(self.rep)
                .get_views([*action.views, (action.search_view_id.id, "search")])[
                    "views"
                ]
            )
            self.assertEqual(set(views), {"pivot", "graph", "list", "search"})
