import io
from datetime import timedelta

from openpyxl import load_workbook

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SERVICE_MANAGER, ServiceCommon

SHEETS = [
    *("contact_figures", "contacts", "complaint_endings", "complaints", "handovers"),
    *("authority", "coverage", "fair_card", "improvement"),
]


@tagged("post_install", "-at_install")
class TestServiceWorkbook(ServiceCommon):
    """The sheets of service, for who may see complaints, and for nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sales_manager = cls._create_user("sales", "sales_team.group_sale_manager")
        cls.both = cls._create_user("both", "sales_team.group_sale_manager")
        cls.both.group_ids += cls.env.ref(SERVICE_MANAGER)
        cls.sheets = cls.env["crm.referral.export.sheet"].search(
            [("code", "in", [*SHEETS, "about"])]
        )

    def _export(self, user, **values):
        """:return: the workbook that somebody gets"""
        export = self.env["crm.referral.export"].create(
            {
                "user_id": user.id,
                "period": "all",
                "sheet_ids": [Command.set(self.sheets.ids)],
                **values,
            }
        )
        export = export.with_user(user)
        export.action_export()
        self.assertEqual(export.state, "done", export.error)
        return load_workbook(
            io.BytesIO(export.attachment_id.sudo().raw), data_only=True
        )

    def _get_rows(self, workbook, name):
        return [list(row) for row in workbook[name].iter_rows(values_only=True)]

    def test_sheets_of_service(self):
        complaint = self._create_complaint()
        self._fill_in(complaint, "question")
        workbook = self._export(self.both)
        self.assertEqual(
            workbook.sheetnames,
            [
                "Solved the First Time",
                "Service Contacts",
                "Endings",
                "Complaints",
                "Questions to Colleagues",
                "Who May Give What",
                "Coverage",
                "Fair Card",
                "Improvement",
                "About",
            ],
        )
        rows = self._get_rows(workbook, "Complaints")
        heading = next(row for row in rows if "Number" in row)
        [row] = [
            dict(zip(heading, row, strict=True))
            for row in rows
            if complaint.name in row
        ]
        self.assertEqual(row["Customer"], "Clinic")
        self.assertEqual(row["Owner"], "Agent")
        self.assertEqual(
            row["In the Customer's Words"], "The third delivery this month"
        )

    def test_confidential_ones_stay_so(self):
        complaint = self._create_complaint(is_confidential=True)
        agent = self._create_user("selling-agent", "sales_team.group_sale_manager")
        agent.group_ids += self.env.ref("crm_referral_service.group_service_user")
        for user, is_there in ((self.both, True), (agent, False)):
            rows = self._get_rows(self._export(user), "Complaints")
            self.assertIs(any(complaint.name in row for row in rows), is_there)

    def test_sales_manager_gets_none_of_it(self):
        self._create_complaint()
        self.assertEqual(self._export(self.sales_manager).sheetnames, ["About"])
        Sheet = self.env["crm.referral.export.sheet"].with_user(self.sales_manager)
        self.assertFalse(set(SHEETS) & set(Sheet._get_default().mapped("code")))

    def test_service_manager_gets_what_is_of_service_and_no_more(self):
        complaint = self._create_complaint()
        every = self.env["crm.referral.export.sheet"].search([])
        core = ["summary", "funnel", "requests", "candidates", "leads", "referrers"]
        self.assertLessEqual({*core, "pride"}, set(every.mapped("code")))
        offered = every.with_user(self.manager)._get_default().mapped("code")
        self.assertLessEqual({*SHEETS, "about"}, set(offered))
        self.assertFalse({*core, "pride", "be_sure", "words", "actions"} & {*offered})
        chosen = {"sheet_ids": [Command.set(every.ids)]}
        workbook = self._export(self.manager, **chosen)
        self.assertEqual(len(workbook.sheetnames), len(SHEETS) + 1)
        rows = self._get_rows(workbook, "Complaints")
        self.assertTrue(any(complaint.name in row for row in rows))
        # Who sells as well may not take out more than before.
        self.manager.group_ids += self.env.ref("sales_team.group_sale_salesman")
        names = self._export(self.manager, **chosen).sheetnames
        self.assertEqual(names, workbook.sheetnames)
        self.manager.group_ids += self.env.ref("sales_team.group_sale_manager")
        names = self._export(self.manager, **chosen).sheetnames
        self.assertIn("Requests", names)

    def test_who_makes_a_workbook(self):
        Export = self.env["crm.referral.export"]
        values = {"sheet_ids": [Command.set(self.sheets.ids)]}
        export = Export.with_user(self.manager).create(values)
        self.assertTrue(export.name.startswith("Service "), export.name)
        self.assertIn("Service", export._get_export_place())
        for user in (self.agent, self.technician):
            with self.assertRaises(AccessError):
                Export.with_user(user).create(values)
        with self.assertRaisesRegex(AccessError, "service managers"):
            Export.with_user(self.salesperson)._check_may_export()
        other = self._create_user("other-manager", SERVICE_MANAGER)
        self.assertFalse(Export.with_user(other).search([("id", "=", export.id)]))
        # Not made by who has become an agent since.
        self.manager.group_ids -= self.env.ref(SERVICE_MANAGER)
        with self.assertRaises(AccessError):
            export.action_export()

    def test_two_endings(self):
        self.env["crm.complaint"].search([]).action_archive()
        complaint = self._create_complaint()
        self._fill_in(complaint, "follow_through")
        complaint.write(
            {
                "second_contact_done_on": "2026-11-20",
                "second_contact_reason": "Heard whether it still holds",
                "scope": "one_off",
            }
        )
        complaint.action_next_step()
        self._create_complaint().action_withdraw("They found it themselves")
        rows = self._get_rows(self._export(self.both), "Endings")
        start = next(n for n, row in enumerate(rows) if row[1:3] == ["Yes", "Partly"])
        table = [row[:5] for row in rows[start + 1 : start + 6]]
        self.assertEqual(
            table,
            [
                ["Yes", 1, 0, 0, 0],
                ["Partly", 0, 0, 0, 0],
                ["No", 0, 0, 0, 0],
                ["Not asked", 0, 0, 0, 1],
                ["Total", 1, 0, 0, 1],
            ],
        )

    def _log(self, user, number, first_time):
        contacts = self.env["crm.service.contact"].create(
            [
                {
                    "user_id": user.id,
                    "team_id": self.team.id,
                    "reason_id": self.reason.id,
                    "caller_name": f"Caller {index}",
                }
                for index in range(number)
            ]
        )
        contacts.flush_recordset()
        self.env.cr.execute(
            "UPDATE crm_service_contact SET first_time = %s WHERE id = ANY(%s)",
            [first_time, contacts.ids],
        )
        contacts.invalidate_recordset()
        return contacts

    def test_fair_card_says_nothing_of_few(self):
        self.env["crm.service.contact"].search([]).active = False
        framework = self.env["crm.assessment.framework"].search(
            [("code", "=", "be_sure")]
        )
        self.assertEqual(framework.minimum_reviewed, 5)
        self._log(self.agent, 15, "yes")
        self._log(self.agent, 5, "no")
        self._log(self.colleague, 4, "no")
        rows = self._get_rows(self._export(self.both), "Fair Card")
        people = {row[0]: row[1:4] for row in rows if row[0] in ("Agent", "Colleague")}
        self.assertEqual(people["Agent"], [0.75, 0.625, 20])
        self.assertEqual(people["Colleague"], [None, None, 4])

    def test_contacts_a_hundred(self):
        self.env["crm.service.contact"].search([]).active = False
        other = self.env["crm.service.reason"].create({"name": "Another reason"})
        self._log(self.agent, 3, "yes")
        self._log(self.agent, 1, "yes").reason_id = other
        won = self.env["crm.lead"].create(
            [{"name": "Won", "type": "opportunity"} for _number in range(2)]
        )
        before = self.env["crm.service.denominator"]._count("won", self._get_month())
        won.action_set_won()
        self.env.flush_all()
        rows = self._get_rows(self._export(self.both), "Solved the First Time")
        [start] = [
            number for number, row in enumerate(rows) if "Contacts per 100" in row
        ]
        count = before[1] + 2
        self.assertEqual(rows[start][0], "Per 100 won opportunities")
        self.assertEqual(
            [row[1:4] for row in rows[start + 1 : start + 4]],
            [
                ["All reasons", 4, count],
                [self.reason.display_name, 3, count],
                ["Another reason", 1, count],
            ],
        )
        for row, contacts in zip(rows[start + 1 :], (4, 3, 1), strict=False):
            self.assertAlmostEqual(row[4], 100 * contacts / count)

    def _get_month(self):
        """:return: the days of the last and the next month, which hold this one"""
        now = self.env.cr.now()
        start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return {1: (self.env.company, start, now + timedelta(days=1))}
