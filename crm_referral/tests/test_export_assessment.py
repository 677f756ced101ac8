from odoo.fields import Command
from odoo.tests import tagged

from .export_common import WorkbookMixin
from .test_assessment_report import AssessmentReportCommon

LETTERS = ["Process", "Roles", "Interpersonal", "Direction", "External Pressures"]


@tagged("post_install", "-at_install")
class TestExportAssessment(WorkbookMixin, AssessmentReportCommon):
    """The sheets PRIDE and BE SURE, of the world of the analysis."""

    def _export_sheets(self, user=None, **vals):
        """:return: the workbook of our teams and customers only."""
        codes = ("summary", "pride", "be_sure")
        sheets = self.env["crm.referral.export.sheet"].search([("code", "in", codes)])
        return self._export(user, **{"sheet_ids": [Command.set(sheets.ids)], **vals})

    def _get_table(self, workbook, name, heading):
        """:return: rows below the row that begins with this heading."""
        rows = list(workbook[name].iter_rows(values_only=True))
        start = next(i for i, row in enumerate(rows) if row[0] == heading)
        table = []
        for row in rows[start + 1 :]:
            if row[0] is None:
                break
            table.append(row)
        return rows[start], table

    def _query(self, query, *params):
        self.env.flush_all()
        self.env.cr.execute(query, params)
        return self.env.cr.fetchall()

    def test_summary_equals_plain_sql(self):
        self._review_checklist(self.hill, option=0)
        disputed = self._review_checklist(self.customer_company)
        disputed.with_user(self.rep).action_dispute("I see it in another way")
        self._check_summary(self._export_sheets())
        disputed.with_user(self.manager).action_settle("self", "So it was")
        self._check_summary(self._export_sheets())

    def test_letters_equal_plain_sql(self):
        """Every mean and every n of PRIDE, counted a second time."""
        workbook = self._export_sheets()
        heading, table = self._get_table(workbook, "PRIDE", "Areas by viewpoint")
        self.assertEqual(
            heading[:8],
            (
                "Areas by viewpoint",
                "Customer",
                "Person who serves",
                "Manager",
                "Gap",
                "n Customer",
                "n Person who serves",
                "n Manager",
            ),
        )
        rows = self._query(
            """SELECT x.letter || ' · ' || (x.name->>'en_US'), s.viewpoint,
                avg(s.score), count(s.score)
            FROM crm_assessment_score s
            JOIN crm_assessment_section x ON x.id = s.section_id
            JOIN crm_assessment a ON a.id = s.assessment_id
            WHERE a.framework_id = %s AND a.is_revealed AND a.active
            AND a.company_id = %s GROUP BY 1, 2""",
            self.pride.id,
            self.company.id,
        )
        self.assertEqual(len(rows), 15)
        by_letter = {row[0]: row for row in table}
        columns = {"customer": 1, "employee": 2, "manager": 3}
        for letter, viewpoint, score, count in rows:
            row, column = by_letter[letter], columns[viewpoint]
            self.assertAlmostEqual(row[column], float(score))
            self.assertEqual(row[column + 4], count)
            self.assertAlmostEqual(row[4], max(row[1:4]) - min(row[1:4]))
        totals = self._query(
            """SELECT s.viewpoint, avg(s.score), count(s.score)
            FROM crm_assessment_score s JOIN crm_assessment a ON a.id = s.assessment_id
            WHERE a.framework_id = %s AND a.is_revealed AND a.active
            AND a.company_id = %s GROUP BY 1""",
            self.pride.id,
            self.company.id,
        )
        for viewpoint, score, count in totals:
            total = by_letter["All areas"]
            self.assertAlmostEqual(total[columns[viewpoint]], float(score))
            self.assertEqual(total[columns[viewpoint] + 4], count)

    def test_months_stages_and_recommendation(self):
        workbook = self._export_sheets(team_ids=[Command.set(self.team.ids)])
        heading, table = self._get_table(workbook, "PRIDE", "Customers by month")
        self.assertEqual(list(heading[1:7]), [*LETTERS, "Forms"])
        self.assertEqual([row[1:7] for row in table], [(75,) * 5 + (1,)])
        _heading, table = self._get_table(workbook, "PRIDE", "Loyalty Stage")
        stages = {row[0]: row[1] for row in table}
        self.assertEqual(stages[self.round.stage_id.name], 1)
        self.assertEqual(stages["Total"], 1)
        _heading, table = self._get_table(
            workbook, "PRIDE", "Would recommend us, 0 to 10"
        )
        self.assertEqual(table[0][:7], ("Customers", -100, 0, 0, 1, 1, 6))

    def test_charts(self):
        workbook = self._export_sheets()
        self.assertEqual(len(workbook["PRIDE"]._charts), 2)
        self.assertEqual(len(workbook["BE SURE"]._charts), 1)
        for chart in workbook["PRIDE"]._charts + workbook["BE SURE"]._charts:
            scale = chart.y_axis.scaling
            self.assertEqual((scale.min, scale.max), (0, 100))

    def test_a_row_per_form(self):
        workbook = self._export_sheets()
        rows = self._get_rows(workbook, "PRIDE Forms")
        by_id = {row["Record"]: row for row in rows}
        for form in (self.round | self.lake_round)._search_assessments():
            row = by_id[form.id]
            self.assertEqual(row["Customer"], form.partner_id.name)
            self.assertEqual(row["Score"], form.score)
            self.assertEqual([row[letter] for letter in LETTERS], [form.score] * 5)
        for form in self.open_round._search_assessments():
            self.assertNotIn(form.id, by_id)

    def test_in_slices(self):
        """A job that reads the forms two at a time makes the same workbook."""
        rows = self._get_rows(self._export_sheets(), "PRIDE Forms")
        for name, value in (("direct", 0), ("slice", 2)):
            self.env["ir.config_parameter"].set_param(
                f"crm_referral.export_{name}_rows", value
            )
        export = self._create_export()
        export.action_export()
        self.assertEqual(export.state, "queued")
        self._run_exports()
        self.assertEqual(self._get_rows(self._open(export), "PRIDE Forms"), rows)
        self.assertGreater(len(rows), 2)

    def test_be_sure(self):
        self.be_sure.minimum_reviewed = 2
        workbook = self._export_sheets(salesperson_ids=[Command.set(self.rep.ids)])
        heading, table = self._get_table(workbook, "BE SURE", "Reviewed checklists")
        self.assertEqual(
            heading[1:6], ("Reviewer", "Self", "Gap", "n Reviewer", "n Self")
        )
        self.assertEqual(len(table), 7)
        for row in table[:-1]:
            self.assertEqual(row[1:6], (50, 100, 50, 1, 1))
        self.assertEqual(table[-1][1:6], (50, 100, 50, 6, 6))
        _heading, agents = self._get_table(workbook, "BE SURE", "Agent")
        self.assertEqual(
            [row[0] for row in agents],
            ["Fewer than 2 checklists: too few to compare", "Rep"],
        )
        self.assertEqual(agents[1][1:9], (50,) * 7 + (1,))
        self._review_checklist(self.hill)
        _heading, agents = self._get_table(
            self._export_sheets(salesperson_ids=[Command.set(self.rep.ids)]),
            "BE SURE",
            "Agent",
        )
        self.assertEqual([row[0] for row in agents], ["Rep"])
        self.assertEqual(agents[0][1:9], (50,) * 7 + (2,))

    def test_rep_gets_own_only(self):
        self._give_export_right(self.rep)
        theirs = self._review_checklist(self.lake, option=0, agent=self.colleague)
        for user, rounds in ((self.rep, 1), (self.manager, 2)):
            workbook = self._export_sheets(user)
            forms = {row["Record"] for row in self._get_rows(workbook, "PRIDE Forms")}
            checklists = {
                row["Record"] for row in self._get_rows(workbook, "BE SURE Checklists")
            }
            _heading, letters = self._get_table(workbook, "PRIDE", "Areas by viewpoint")
            self.assertEqual({row[5] for row in letters[:5]}, {rounds})
            _heading, letters = self._get_table(
                workbook, "BE SURE", "Reviewed checklists"
            )
            self.assertEqual({row[4] for row in letters[:6]}, {rounds})
            texts = {
                cell.value
                for sheet in workbook
                for row in sheet.iter_rows()
                for cell in row
            }
            if user == self.rep:
                self.assertEqual(forms, set(self.round._search_assessments().ids))
                self.assertEqual(
                    checklists, set(self.checklist._search_assessments().ids)
                )
                self.assertFalse(texts & {"Colleague", "Lake Lodge"})
            else:
                self.assertLess(set(theirs._search_assessments().ids), checklists)
                self.assertLess({"Colleague", "Lake Lodge"}, texts)
        workbook = self._export_sheets(self.rep)
        summary = self._get_summary(workbook)
        self.assertEqual(summary["PRIDE forms of customers"], 1)
        self.assertEqual(summary["PRIDE Score"], 75)
        self.assertEqual(summary["BE SURE checklists"], 1)
        self.assertEqual(summary["BE SURE Score"], 50)

    def _create_improvements(self):
        """:return: one of the rep, one of a colleague, one that is done"""
        actions = self.env["crm.assessment.action"].create(
            [
                {
                    "name": name,
                    "round_id": round_.id,
                    "section_id": self.pride.section_ids[0].id,
                    "user_id": user.id,
                    "deadline": "2026-04-01",
                }
                for name, round_, user in (
                    ("=Train the desk", self.round, self.rep),
                    ("Call back sooner", self.lake_round, self.colleague),
                    ("Was done", self.round, self.rep),
                )
            ]
        )
        actions[-1].action_done()
        return actions

    def _export_due(self, user=None, **vals):
        """:return: an export of what is due, and its rows"""
        sheet = self.env["crm.referral.export.sheet"].search([("code", "=", "actions")])
        export = self._create_export(user, sheet_ids=[Command.set(sheet.ids)], **vals)
        export.action_export()
        return export, self._get_rows(self._open(export), "Actions Due")

    def test_improvements_are_due(self):
        """Open improvement actions are among what is due, by the rules and filters."""
        mine, other, done = self._create_improvements()
        self._give_export_right(self.rep)
        period = {"period": "custom", "date_from": "2026-01-01"}
        for user, vals, expected in (
            (self.manager, {}, mine | other),
            (self.rep, {}, mine),
            (self.manager, {"salesperson_ids": self.colleague.ids}, other),
            (self.manager, {"team_ids": self.round.team_id.ids}, mine),
            (self.manager, {**period, "date_to": "2026-03-31"}, mine.browse()),
            (self.manager, {**period, "date_to": "2026-04-01"}, mine | other),
        ):
            with self.subTest(user=user.login, **vals):
                export, rows = self._export_due(user, **vals)
                found = [row for row in rows if row["Type"] == "Improvement"]
                self.assertEqual(
                    {(row["Record"], row["What to Do"]) for row in found}
                    & {(each.id, each.name) for each in mine | other | done},
                    {(each.id, each.name) for each in expected},
                )
                self.assertEqual(export.row_count, len(rows))

    def test_what_is_due_leads_to_its_record(self):
        mine, _other, _done = self._create_improvements()
        export, _rows = self._export_due()
        sheet = self._open(export, data_only=False)["Actions Due"]
        address = f"{mine.get_base_url()}/odoo/crm.assessment.action/{mine.id}"
        self.assertIn(
            f'=HYPERLINK("{address}",{mine.id})',
            {row[0].value for row in sheet.iter_rows()},
        )

    def test_due_with_the_customers_of_selected_requests(self):
        mine, other, _done = self._create_improvements()
        referral = self._create_referral(partner_id=self.customer_company.id)
        _export, rows = self._export_due(selected_domain=[["id", "=", referral.id]])
        self.assertIn(
            (mine.id, "Improvement", "Rep", "Clinic Riverside"),
            [
                (row["Record"], row["Type"], row["Assigned To"], row["Customer"])
                for row in rows
            ],
        )
        self.assertIn(referral.id, [row["Record"] for row in rows])
        self.assertNotIn(other.name, [row["What to Do"] for row in rows])

    def test_period_and_empty_result(self):
        workbook = self._export_sheets(
            period="custom", date_from="1999-01-01", date_to="1999-12-31"
        )
        for name in ("PRIDE", "PRIDE Forms", "BE SURE", "BE SURE Checklists"):
            texts = {cell.value for row in workbook[name].iter_rows() for cell in row}
            self.assertIn("No record matches these filters.", texts, name)
        self.assertEqual(self._get_summary(workbook)["PRIDE forms of customers"], 0)
        self.assertIsNone(self._get_summary(workbook)["PRIDE Score"])

    def test_selected_requests_bring_what_is_about_their_customers(self):
        contact = self.env["res.partner"].create(
            {"name": "Anita", "parent_id": self.customer_company.id}
        )
        referral = self._create_referral(partner_id=contact.id)
        export = (
            self.env["crm.referral.export"]
            .with_user(self.manager)
            .with_context(active_model="crm.referral", active_ids=referral.ids)
            .create({})
        )
        export.action_export()
        ids = {
            row["Record"] for row in self._get_rows(self._open(export), "PRIDE Forms")
        }
        self.assertEqual(ids, set(self.round._search_assessments().ids))
