from datetime import datetime

from odoo.fields import Command
from odoo.tests import tagged

from .export_common import ExportCommon, WorkbookMixin
from .test_assessment_report import AssessmentReportCommon


@tagged("post_install", "-at_install")
class TestWorkbookLoyalty(WorkbookMixin, AssessmentReportCommon):
    """What customers say: their words, how likely they recommend us, who answers."""

    def _export_sheets(self, *codes, user=None, **vals):
        sheets = self.env["crm.referral.export.sheet"].search([("code", "in", codes)])
        return self._export(user, sheet_ids=[Command.set(sheets.ids)], **vals)

    def _get_rows_below(self, workbook, heading, name="PRIDE"):
        rows = list(workbook[name].iter_rows(values_only=True))
        start = next(i for i, row in enumerate(rows) if row[0] == heading)
        table = []
        for row in rows[start + 1 :]:
            if row[0] is None:
                break
            table.append(row)
        return rows[start], table

    def _write(self, round_, text):
        """Put words into the customer's free answer, whatever its state."""
        form = self._get_customer_form(round_)
        line = form.line_ids.filtered(lambda each: each.kind == "text")[:1]
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_assessment_line SET note = %s WHERE id = %s", [text, line.id]
        )
        self.env.invalidate_all()
        return line

    def _get_customer_form(self, round_):
        forms = round_._search_assessments()
        return forms.filtered(lambda form: form.viewpoint == "customer")

    # === WORDS === #

    def test_words_of_customers(self):
        """Only what is revealed; with the question as it was asked."""
        line = self._write(self.round, "=They *listen*\nbut slowly")
        self._write(self.lake_round, "Too loud")
        self._write(self.open_round, "Not yet to be seen")
        question = line.name
        line.item_id.name = "Another question today"
        rows = self._get_rows(self._export_sheets("words"), "Customers' Words")
        words = {row["Customer"]: row for row in rows}
        mine = words[self.customer_company.name]
        self.assertEqual(mine["Customer's Words"], "=They *listen*\nbut slowly")
        self.assertEqual(mine["Question"], question)
        self.assertEqual(mine["Loyalty Stage"], self.round.stage_id.name)
        self.assertEqual(mine["Record"], self._get_customer_form(self.round).id)
        self.assertIn("Lake Lodge", words)
        self.assertNotIn("Hill Hotel", words)

    def test_words_as_rights_allow(self):
        self._write(self.round, "Mine")
        self._write(self.lake_round, "Of a colleague")
        self._give_export_right(self.rep)
        rows = self._get_rows(
            self._export_sheets("words", user=self.rep), "Customers' Words"
        )
        self.assertEqual([row["Customer's Words"] for row in rows], ["Mine"])

    def test_words_in_slices(self):
        self._write(self.round, "One")
        self._write(self.lake_round, "Two")
        rows = self._get_rows(self._export_sheets("words"), "Customers' Words")
        for name, value in (("direct", 0), ("slice", 1)):
            self.env["ir.config_parameter"].set_param(
                f"crm_referral.export_{name}_rows", value
            )
        export = self._create_export()
        export.action_export()
        self._run_exports()
        self.assertEqual(self._get_rows(self._open(export), "Customers' Words"), rows)
        self.assertEqual(len(rows), 2)

    def test_long_words_have_room(self):
        """Each row is as high as its longest text needs: only Excel would see to it."""
        self._write(self.round, "word " * 60)
        self._write(self.lake_round, "short")
        sheet = self._export_sheets("words")["Customers' Words"]
        heights = {
            row[4].value[:5]: sheet.row_dimensions[row[0].row].height
            for row in sheet.iter_rows(2)
            if row[4].value
        }
        # 300 characters in a column of 60
        self.assertGreaterEqual(heights["word "], 5 * 13)
        self.assertLess(heights["short"], heights["word "])

    # === RECOMMENDATION AND RESPONSE === #

    def test_net_promoter_score(self):
        """Two promoters, a passive, a detractor: 25 points."""
        for name, goodness in (("A", 5), ("B", 5), ("C", 4)):
            partner = self.env["res.partner"].create(
                {"name": name, "email": f"{name}@example.com", "user_id": self.rep.id}
            )
            round_ = self._start_pride(partner)
            self._answer_round(round_, employee=2, manager=2)
            form = self._get_customer_form(round_)
            for line in form.line_ids:
                if line.kind == "scale":
                    line.option_id = self.pride.scale_id.option_ids[0]
                elif line.kind == "rating":
                    line.rating = str(min(2 * goodness, 10))
            form.action_done()
        self.env.flush_all()
        workbook = self._export_sheets(
            "summary", "pride", salesperson_ids=[Command.set(self.rep.ids)]
        )
        summary = self._get_summary(workbook)
        # The customer of the round in the world of the analysis says 6.
        self.assertEqual(summary["Net Promoter Score"], 25)
        _heading, table = self._get_rows_below(workbook, "Would recommend us, 0 to 10")
        self.assertEqual(table[0][:7], ("Customers", 25, 2, 1, 1, 4, 8.5))

    def test_response_rate(self):
        """A customer who stays silent lowers it; one who is still asked does not."""
        silent = self._start_pride(self.hill_top())
        self._answer_round(silent, employee=2, manager=2)
        silent.with_user(self.manager).action_close()
        self.env.flush_all()
        summary = self._get_summary(
            self._export_sheets("summary", salesperson_ids=[Command.set(self.rep.ids)])
        )
        self.assertEqual(summary["Customers Asked (PRIDE)"], 2)
        self.assertEqual(summary["Customers Who Answered (PRIDE)"], 1)
        self.assertEqual(summary["Response Rate (PRIDE)"], 0.5)

    def hill_top(self):
        return self.env["res.partner"].create(
            {"name": "Hill Top", "email": "t@example.com", "user_id": self.rep.id}
        )

    # === OVER TIME === #

    def test_a_customer_counts_once_a_stage(self):
        """Asked twice: where they were found the last time."""
        again = self._start_pride(self.customer_company)
        self._answer_round(again, customer=0, employee=2, manager=2)
        self.env.flush_all()
        for day, round_ in (("2026-01-15", self.round), ("2026-06-15", again)):
            self.env.cr.execute(
                "UPDATE crm_assessment SET done_on = %s WHERE round_id = %s",
                [day, round_.id],
            )
        self.env.invalidate_all()
        workbook = self._export_sheets(
            "pride", salesperson_ids=[Command.set(self.rep.ids)]
        )
        heading, table = self._get_rows_below(workbook, "Loyalty Stage")
        self.assertEqual(heading[1], "Customers")
        counts = {row[0]: row[1] for row in table}
        self.assertEqual(counts["Total"], 1, counts)
        self.assertEqual(counts[again.stage_id.name], 1, counts)
        self.assertNotEqual(again.stage_id, self.round.stage_id)

    def test_a_month_without_forms_is_there_and_empty(self):
        """As far from its neighbours as any month, and no mean of nothing."""
        self.env.flush_all()
        for day, round_ in (
            ("2025-11-03", self.round),
            ("2026-02-03", self.lake_round),
        ):
            form = self._get_customer_form(round_)
            self.env.cr.execute(
                "UPDATE crm_assessment_score SET date = %s WHERE assessment_id = %s",
                [day, form.id],
            )
        self.env.invalidate_all()
        workbook = self._export_sheets(
            "pride",
            team_ids=[Command.set((self.round | self.lake_round).team_id.ids)],
        )
        _heading, table = self._get_rows_below(workbook, "Customers by month")
        self.assertEqual(
            [row[0] for row in table],
            [datetime(2025, 11, 1), datetime(2025, 12, 1), datetime(2026, 1, 1)]
            + [datetime(2026, 2, 1)],
        )
        self.assertEqual([row[6] for row in table], [1, 0, 0, 1])
        self.assertEqual([row[1] for row in table], [75, None, None, 25])


@tagged("post_install", "-at_install")
class TestWorkbookLanguage(ExportCommon):
    def test_what_is_due_is_in_the_language_of_the_reader(self):
        """What an English user's work has planned, for a Chinese reader; what people
        wrote themselves stays.
        """
        self.env["res.lang"]._activate_lang("zh_CN")
        for code, name in (("benefits", "益处"), ("profile", "概况")):
            self.step[code].with_context(lang="zh_CN").name = name
        own = self.old_request.activity_schedule(
            "mail.mail_activity_data_todo", summary="Bring =cake_", user_id=self.rep.id
        )
        self.manager.lang = "zh_CN"
        export = self._create_export(period="all").with_context(lang="zh_CN")
        export.action_export()
        sheet = self._open(export).worksheets[-2]
        found = {row[3] for row in sheet.iter_rows(2, values_only=True)}
        self.assertIn(own.summary, found)
        english = {
            text
            for step in self.env["crm.referral.step"].search([])
            if (text := step.with_context(lang="en_US").name)
            != step.with_context(lang="zh_CN").name
        }
        self.assertTrue(english)
        self.assertFalse(found & english)
