import io
from datetime import date, timedelta

from openpyxl import load_workbook

from odoo.fields import Command
from odoo.tests import tagged

from .test_council import MONDAY, CouncilCommon


@tagged("post_install", "-at_install")
class TestImprovementSheet(CouncilCommon):
    """Decisions and early notices, counted by hand."""

    def _get_rows(self):
        sheet = self.env["crm.referral.export.sheet"].search(
            [("code", "=", "improvement")]
        )
        export = (
            self.env["crm.referral.export"]
            .with_user(self.manager)
            .create({"period": "all", "sheet_ids": [Command.set(sheet.ids)]})
        )
        export.action_export()
        self.assertEqual(export.state, "done", export.error)
        content = io.BytesIO(export.attachment_id.sudo().raw)
        [sheet] = load_workbook(content, data_only=True).worksheets
        return [list(row) for row in sheet.iter_rows(values_only=True)]

    def test_council(self):
        self.env["crm.assessment.action"].search([]).council_id = False
        council = self._plan()
        other = self.env["crm.service.reason"].create({"name": "Another reason"})
        rare = self.env["crm.service.reason"].create({"name": "A rare reason"})
        late = self._decide(council, deadline=MONDAY.date() - timedelta(days=1))
        in_time = self._decide(council, reason_id=other.id)
        chance = self._decide(council, reason_id=rare.id)
        self._decide(council)
        self._decide()  # of no council
        self._log(1, 40)
        self._log(-1, 10)
        self._log(1, 5, reason=other)
        self._log(-1, 25, reason=other)
        self._log(1, 12, reason=rare)
        for action in (late, in_time, chance):
            action.action_done()
        self.clock.move_to(MONDAY + timedelta(days=8))
        self._run_cron("measure_effects")
        found = {row[0]: row[1] for row in self._get_rows() if row[0]}
        self.assertEqual(
            [found[name] for name in ("Decided", "Done", "Done in time", "Measured")],
            [4, 3, 2, 3],
        )
        # 30 fewer of the one, 20 more of the other; 12 may be chance.
        self.assertEqual(found["Contacts removed"], 10)

    def test_notice(self):
        self.env["crm.service.notice"].search([]).unlink()
        self.env.company.service_contact_cost = 10
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_lead SET date_closed = NULL")
        self.env.invalidate_all()
        self._log(60, reason=self.env.ref("crm_referral_service.reason_copy"))
        self._log(35, 60)
        self._log(10, 24)
        self._win(30, 35)
        self._win(40, 10)
        notice = self.env["crm.service.notice"].create(
            {
                "name": "On its way",
                "reason_ids": [Command.set(self.reason.ids)],
                "started_on": date(2026, 3, 2),
                "window_days": 28,
                "denominator": "won",
            }
        )
        self.assertEqual(notice.verdict, "fewer", notice.reading)
        [row] = [row for row in self._get_rows() if row[0] == "On its way"]
        self.assertEqual(row[1:4], [60, 24, "won opportunities"])
        # 60 of 30 and 24 of 40: 200 and 60 of a hundred, 140 of 200 fewer; of 40 it
        # would have been 80 as before, that are 56 fewer, of 10 each.
        self.assertEqual(row[4:6], [200, 60])
        self.assertAlmostEqual(row[6], 0.7)
        self.assertAlmostEqual(row[7], 56)
        self.assertAlmostEqual(row[8], 560)
        self.assertIn("70% fewer", row[9])
        self.assertIn("n = 84", row[9])

    def _win(self, number, days_ago):
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": f"Won {index}",
                    "type": "opportunity",
                    "company_id": self.env.company.id,
                }
                for index in range(number)
            ]
        )
        leads.action_set_won()
        leads.date_closed = MONDAY - timedelta(days=days_ago)
        leads.flush_recordset()
