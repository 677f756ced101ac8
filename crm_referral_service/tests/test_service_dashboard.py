from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestServiceDashboard(ServiceCommon):
    """What is on it, for whom, and that a click shows what was counted."""

    def _get(self, user=None, **filters):
        Dashboard = self.env["crm.service.dashboard"].with_user(user or self.manager)
        return Dashboard.get_dashboard(30, filters)

    def _get_rows(self, data, code):
        [section] = [each for each in data["sections"] if each["code"] == code]
        return {row["code"]: row for row in section["rows"]}

    def test_figures_lead_to_their_records(self):
        self._create_complaint()
        data = self._get()
        figures = {figure["code"]: figure for figure in data["figures"]}
        self.assertEqual(len(figures), 22)
        before = figures["complaints"]["value"]
        self._create_complaint()
        [complaints] = [
            each for each in self._get()["figures"] if each["code"] == "complaints"
        ]
        self.assertEqual(complaints["value"], before + 1)
        self.assertEqual(complaints["trend"][-1], before + 1)
        found = self.env["crm.complaint"].search_count(complaints["action"]["domain"])
        self.assertEqual(found, before + 1)

    def test_shares_lead_to_what_they_are_of(self):
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
        self.assertEqual(complaint.outcome, "resolved")
        other = self._create_complaint()
        for values in ({"amount": 100}, {"amount": 200}):
            self.env["crm.complaint.gesture"].with_user(self.agent).create(
                {"complaint_id": other.id, "type_id": self.refund.id, **values}
            ).action_agree()
        figures = {each["code"]: each for each in self._get()["figures"]}
        for code, base in (
            ("resolved_rate", 1),
            ("followed_rate", 1),
            ("within_limit_rate", 2),
        ):
            action = figures[code]["action"]
            found = self.env[action["res_model"]].search_count(action["domain"])
            self.assertEqual((figures[code]["base"], found), (base, base), code)

    def test_both_endings_are_one_table(self):
        self.assertEqual(self._get_rows(self._get(team_id=self.team.id), "endings"), {})
        for solved, heard in (("yes", "yes"), ("yes", "yes"), ("partly", "no")):
            complaint = self._create_complaint()
            self._fill_in(complaint, "test")
            complaint.write({"solved": solved, "felt_heard": heard})
            complaint.unresolved_reason = "It is what it is"
            complaint.action_next_step()
            complaint.write(
                {
                    "second_contact_done_on": "2026-11-20",
                    "second_contact_reason": "Heard whether it still holds",
                    "scope": "one_off",
                }
            )
            complaint.action_finish()
        rows = self._get_rows(self._get(team_id=self.team.id), "endings")
        cells = {cell["code"]: cell for row in rows.values() for cell in row["cells"]}
        self.assertEqual(len(cells), 9)
        self.assertEqual(
            {code: cell["value"] for code, cell in cells.items() if cell["value"]},
            {"yes_yes": 2, "partly_no": 1},
        )
        for code, count in (("yes_yes", 2), ("partly_no", 1), ("no_no", 0)):
            domain = cells[code]["action"]["domain"]
            self.assertEqual(self.env["crm.complaint"].search_count(domain), count)
        self.assertEqual(cells["yes_yes"]["level"], "success")
        self.assertEqual(cells["no_yes"]["level"], "warning")
        self.assertEqual(cells["partly_no"]["level"], "danger")

    def test_narrowed_to_a_team(self):
        other = self.team.copy({"name": "Other", "member_ids": False})
        self._create_complaint()
        here = self._get(team_id=self.team.id)
        there = self._get(team_id=other.id)
        for data, count in ((here, 1), (there, 0)):
            [figure] = [
                each for each in data["figures"] if each["code"] == "complaints"
            ]
            self.assertEqual(figure["value"], count)
        names = {option["name"] for option in here["choices"][0]["options"]}
        self.assertLessEqual({"Service", "Other"}, names)

    def test_what_needs_a_hand(self):
        before = self._get_rows(self._get(), "todo")
        complaint = self._create_complaint()
        Handover = self.env["crm.service.handover"].with_user(self.agent)
        for deadline in ("2020-01-01", "2099-01-01"):
            Handover.create(
                {
                    "complaint_id": complaint.id,
                    "to_user_id": self.technician.id,
                    "question": "Why does it gurgle?",
                    "deadline": deadline,
                }
            )
        gesture = (
            self.env["crm.complaint.gesture"]
            .with_user(self.agent)
            .create(
                {
                    "complaint_id": complaint.id,
                    "type_id": self.refund.id,
                    "amount": 100,
                }
            )
        )
        gesture.action_agree()
        complaint.sudo().received_on -= timedelta(days=40)
        complaint.sudo().flush_recordset()
        after = self._get_rows(self._get(), "todo")
        more = {
            code: row["value"] - before[code]["value"] for code, row in after.items()
        }
        self.assertEqual(
            {code for code, number in more.items() if number == 1},
            {"late", "questions", "approvals"},
        )
        action = after["approvals"]["action"]
        self.assertIn(gesture, self.env[action["res_model"]].search(action["domain"]))

    def test_causes_that_are_still_there(self):
        areas = self.env["crm.assessment.section"].search([], limit=2)
        complaints = self._create_complaint() | self._create_complaint()
        complaints.scope = "systemic"
        complaints.section_ids = areas[0]
        complaints[0].section_ids = areas
        rows = self._get_rows(self._get(), "areas")
        self.assertEqual(list(rows), areas.ids)
        self.assertEqual([row["value"] for row in rows.values()], [2, 1])

    def test_why_customers_come_back(self):
        Contact = self.env["crm.service.contact"].with_user(self.agent)
        values = {"partner_id": self.customer.id, "team_id": self.team.id}
        moment = self.env.cr.now() - timedelta(days=3)
        first = Contact.create({**values, "contacted_on": moment})
        Contact.create(
            {
                **values,
                "contacted_on": moment + timedelta(hours=1),
                "previous_id": first.id,
            }
        )
        rows = self._get_rows(self._get(team_id=self.team.id), "misses")
        self.assertEqual([row["value"] for row in rows.values()], [1])

    def test_misses_are_added_up(self):
        misses = self.env["crm.service.miss"].search([], limit=2)
        for miss, number in zip(misses, (1, 3), strict=True):
            for index in range(number):
                first, again = self._log(caller_name=f"{miss.name} {index}", count=2)
                again.write({"previous_id": first.id, "miss_id": miss.id})
        rows = self._get_rows(self._get(team_id=self.team.id), "misses")
        self.assertEqual(
            [(row["name"], row["value"], row["note"]) for row in rows.values()],
            [
                (misses[1].name, 3, "75 % together"),
                (misses[0].name, 1, "100 % together"),
            ],
        )

    def test_three_answers_side_by_side(self):
        data = self._get(team_id=self.team.id)
        self.assertEqual(self._get_rows(data, "three_words"), {})
        for index, solved in enumerate(("yes", "no", False, False)):
            contact = self._log(caller_name=f"Caller {index}")
            contact.write(
                {
                    "state": "done",
                    "agent_solved": index < 3,
                    "customer_solved": solved,
                }
            )
        data = self._get(team_id=self.team.id)
        rows = self._get_rows(data, "three_words")
        self.assertEqual(
            {code: (row["value"], row["note"]) for code, row in rows.items()},
            {
                "agent_solved_rate": (0.75, "of 4"),
                "customer_solved_rate": (0.5, "of 2"),
            },
        )
        for code, count in (("agent_solved_rate", 4), ("customer_solved_rate", 2)):
            domain = rows[code]["action"]["domain"]
            found = self.env["crm.service.contact"].search_count(domain)
            self.assertEqual(found, count, code)

    def test_figures_that_belong_together(self):
        groups = [each["group"] for each in self._get()["figures"]]
        self.assertEqual(
            [
                name
                for number, name in enumerate(groups)
                if not number or groups[number - 1] != name
            ],
            [
                "Complaints",
                "Solved the First Time",
                "Service Contacts",
                "What We Promise",
            ],
        )

    def test_which_way_is_good(self):
        """More repeats are no good news, and more contacts are none at all."""
        wanted = {each["code"]: each["wanted"] for each in self._get()["figures"]}
        self.assertEqual(
            {code: way for code, way in wanted.items() if way != 1},
            {
                **dict.fromkeys(("contacts", "complaints"), 0),
                **dict.fromkeys(("repeat_rate", "chain_rate", "dumb_rate"), -1),
                **dict.fromkeys(("gap_customer", "gap_log", "reopened_rate"), -1),
                **dict.fromkeys(("hours_to_answer", "hours_to_decide"), -1),
                "gap_contacts": -1,
            },
        )

    def test_links_to_both_analyses(self):
        for link in self._get()["links"]:
            action = self.env["ir.actions.actions"]._for_xml_id(link["action"])
            self.assertEqual(action["name"], link["label"])

    def _log(self, count=1, **values):
        """:return: contacts of somebody unknown, days ago and one after the other"""
        moment = self.env.cr.now() - timedelta(days=2)
        return self.env["crm.service.contact"].create(
            [
                {
                    "team_id": self.team.id,
                    "reason_id": self.reason.id,
                    "user_id": self.agent.id,
                    "contacted_on": moment + timedelta(hours=number),
                    **values,
                }
                for number in range(count)
            ]
        )

    def test_questions_of_a_team(self):
        contact = (
            self.env["crm.service.contact"]
            .with_user(self.agent)
            .create({"partner_id": self.customer.id, "team_id": self.team.id})
        )
        complaint = self._create_complaint()
        for values in ({"contact_id": contact.id}, {"complaint_id": complaint.id}):
            self.env["crm.service.handover"].with_user(self.agent).create(
                {
                    "to_user_id": self.technician.id,
                    "question": "Why does it gurgle?",
                    "deadline": "2020-01-01",
                    **values,
                }
            )
        other = self.team.copy({"name": "Other", "member_ids": False})
        for team, count in ((self.team, 2), (other, 0)):
            data = self._get(team_id=team.id)
            row = self._get_rows(data, "todo")["questions"]
            [figure] = [each for each in data["figures"] if each["code"] == "told_rate"]
            self.assertEqual((row["value"], figure["base"]), (count, count))
            action = figure["action"]
            found = self.env[action["res_model"]].search_count(action["domain"])
            self.assertEqual(found, count)

    def test_limits_are_for_managers(self):
        complaint = self._create_complaint()
        for _number in range(10):
            gesture = (
                self.env["crm.complaint.gesture"]
                .with_user(self.agent)
                .create(
                    {
                        "complaint_id": complaint.id,
                        "type_id": self.refund.id,
                        "amount": 100,
                    }
                )
            )
            gesture.action_agree()
            gesture.with_user(self.manager).action_approve()
        [row] = self._get_rows(self._get(), "limits").values()
        self.assertEqual(row["value"], 100)
        self.assertIn("10", row["hint"])
        codes = {each["code"] for each in self._get(self.agent)["sections"]}
        self.assertNotIn("limits", codes)

    def test_nobody_else(self):
        for user in (self.salesperson, self.technician):
            with self.assertRaises(AccessError):
                self._get(user)
