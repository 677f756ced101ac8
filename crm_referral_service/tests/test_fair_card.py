from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SERVICE_MANAGER, SERVICE_USER
from .test_contact_figures import ContactsCommon

BETTER = "better than the same work usually goes"
WORSE = "not as well as the same work usually goes"
USUAL = "as the same work usually goes"
FEW = "too few to say"


class FairCardCommon(ContactsCommon):
    """Two agents: the one takes the easy calls, the other one the hard ones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.repair, cls.copy = cls.env["crm.service.reason"].create(
            [{"name": "Repair"}, {"name": "Copy"}]
        )

    def _take(self, user, reason, solved, not_solved=0, **values):
        """Log first contacts of which it is known whether they were the only one."""
        for number, first_time in ((solved, "yes"), (not_solved, "no")):
            contacts = self.env["crm.service.contact"].create(
                [
                    {
                        "caller_name": "Somebody",
                        "user_id": user.id,
                        "team_id": self.team.id,
                        "reason_id": reason.id,
                        "contacted_on": self.moment,
                        **values,
                    }
                ]
                * number
            )
            self._set(contacts, first_time=first_time)

    def _take_all(self):
        # All together solve 90 of 100 copies, and 60 of 200 repairs.
        self._take(self.agent, self.copy, 90, 10)
        self._take(self.agent, self.repair, 10, 90)
        self._take(self.colleague, self.repair, 50, 50)

    def _get(self, user=None, days=30, **filters):
        FairCard = self.env["crm.service.fair.card"].with_user(user or self.manager)
        return FairCard.get_dashboard(days, filters)

    def _get_cards(self, data):
        return {
            section["title"]: {row["code"]: row for row in section["rows"]}
            for section in data["sections"]
        }


@tagged("post_install", "-at_install")
class TestFairCard(FairCardCommon):
    """What is on it, for whom, and what is not."""

    def test_worse_raw_and_better_than_expected(self):
        self._take_all()
        data = self._get()
        cards = self._get_cards(data)
        easy = cards["Agent"]["solved_first_rate"]
        hard = cards["Colleague"]["solved_first_rate"]
        self.assertEqual((easy["value"], easy["note"]), (0.5, "of 200"))
        self.assertEqual((hard["value"], hard["note"]), (0.5, "of 100"))
        # Written as what it stands beside.
        self.assertEqual((easy["text"], hard["text"]), ("50.0 %", "50.0 %"))
        self.assertEqual(easy["hint"], f"Expected: 60.0 % · {WORSE}")
        self.assertEqual(hard["hint"], f"Expected: 30.0 % · {BETTER}")
        self.assertIn("not compared with who takes the easy ones", data["explanation"])

    def test_no_rank_no_sum_no_colour(self):
        self._take_all()
        self._take(self.manager, self.copy, 10)
        data = self._get()
        # In the order of names, whatever their figures are.
        self.assertEqual(
            [section["title"] for section in data["sections"]],
            ["Agent", "Colleague", "Service-Manager"],
        )
        self.assertEqual(data["figures"], [])
        self.assertEqual({section["kind"] for section in data["sections"]}, {"list"})
        for section in data["sections"]:
            for row in section["rows"]:
                self.assertFalse({"rank", "level", "change"} & row.keys())

    def test_nothing_is_said_of_few(self):
        self.assertEqual(self.env["crm.service.fair.card"]._get_fewest(), 5)
        self._take(self.agent, self.copy, 4)
        self._take(self.colleague, self.copy, 0, 5)
        cards = self._get_cards(self._get())
        few = cards["Agent"]["solved_first_rate"]
        self.assertEqual(
            (few["value"], few["note"], few["hint"]), (None, "of 4", "too few to say")
        )
        self.assertEqual(few["text"], "–")
        # All together solve 4 of 9.
        enough = cards["Colleague"]["solved_first_rate"]
        self.assertEqual(
            (enough["value"], enough["hint"]), (0, f"Expected: 44.4 % · {WORSE}")
        )

    def test_the_customers_word_and_repeats(self):
        self._take(self.agent, self.copy, 0, 6)
        contacts = self.env["crm.service.contact"].search([])
        contacts.write({"state": "done", "customer_solved": "yes"})
        contacts[0].customer_solved = "no"
        cards = self._get_cards(self._get())["Agent"]
        self.assertAlmostEqual(cards["customer_solved_rate"]["value"], 5 / 6)
        self.assertEqual(cards["customer_solved_rate"]["note"], "of 6")
        self.assertEqual(cards["repeat_rate"]["value"], 0)
        self.assertEqual(cards["repeat_rate"]["hint"], f"Expected: 0.0 % · {USUAL}")

    def test_a_click_shows_the_contacts(self):
        self._take_all()
        self._take(self.agent, self.copy, 7, direction="out")
        for user in (self.manager, self.agent):
            rows = self._get_cards(self._get(user))["Agent"]
            for code, count in (("solved_first_rate", 200), ("repeat_rate", 200)):
                action = rows[code]["action"]
                found = self.env[action["res_model"]].with_user(user)
                contacts = found.search(action["domain"])
                self.assertEqual(len(contacts), count, code)
                self.assertEqual(contacts.user_id, self.agent)

    def test_an_agent_sees_the_own_card_only(self):
        self._take_all()
        data = self._get(self.colleague)
        cards = self._get_cards(data)
        self.assertEqual(list(cards), ["Colleague"])
        # The same as the manager sees.
        row = cards["Colleague"]["solved_first_rate"]
        self.assertEqual((row["value"], row["note"]), (0.5, "of 100"))
        self.assertEqual(row["hint"], f"Expected: 30.0 % · {BETTER}")
        self.assertEqual(data["choices"], [])
        for filters in ({"user_id": self.agent.id}, {"team_id": self.team.id}):
            with self.assertRaises(ValidationError):
                self._get(self.colleague, **filters)
        stranger = self._create_user("stranger", SERVICE_USER)
        self.assertEqual(self._get(stranger)["sections"], [])
        self.assertTrue(self._get(stranger)["empty"])

    def test_what_an_agent_may_not_see_counts_in_the_comparison(self):
        self._take_all()
        complaint = self._create_complaint(self.colleague, is_confidential=True)
        theirs = self.env["crm.service.contact"].search(
            [("user_id", "=", self.colleague.id)]
        )
        self._set(theirs, complaint_id=complaint.id)
        hints = {
            self._get_cards(self._get(user))["Agent"]["solved_first_rate"]["hint"]
            for user in (self.agent, self.manager)
        }
        self.assertEqual(hints, {f"Expected: 60.0 % · {WORSE}"})

    def test_nobody_else(self):
        self._take_all()
        for user in (self.salesperson, self.technician):
            with self.assertRaises(AccessError):
                self._get(user)

    def test_no_way_to_a_rank(self):
        """The analysis tells an agent nothing by person either."""
        self._take_all()
        Report = self.env["crm.service.contact.report"].with_user(self.agent)
        self.assertNotIn("user_id", Report.fields_get())
        for call in (
            lambda: Report.formatted_read_group(
                [], ["user_id"], ["solved_first_rate:avg"]
            ),
            lambda: Report.formatted_read_group(
                [("user_id", "=", self.colleague.id)], [], ["solved_first_rate:avg"]
            ),
            lambda: Report.search([], order="user_id", limit=1),
            lambda: Report.search([], limit=1).read(["user_id"]),
        ):
            with self.assertRaises(AccessError):
                call()
        rows = Report.with_user(self.manager)._read_group(
            [], ["user_id"], ["inbound_count:sum"]
        )
        self.assertEqual(dict(rows), {self.agent: 200, self.colleague: 100})

    def test_another_company(self):
        self._take_all()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        elsewhere = self._create_user(
            "elsewhere",
            SERVICE_MANAGER,
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertEqual(self._get(elsewhere)["sections"], [])
        self._take(elsewhere, self.copy, 5, company_id=other.id, team_id=False)
        self.assertEqual(list(self._get_cards(self._get(elsewhere))), ["Elsewhere"])
        self.assertNotIn("Elsewhere", self._get_cards(self._get()))
        own = self._get_cards(self._get(self.agent))["Agent"]["solved_first_rate"]
        self.assertEqual(own["hint"], f"Expected: 60.0 % · {WORSE}")

    def test_narrowed_by_who_leads(self):
        self._take_all()
        data = self._get(user_id=self.colleague.id)
        cards = self._get_cards(data)
        self.assertEqual(list(cards), ["Colleague"])
        # Still compared with all.
        self.assertIn("30.0 %", cards["Colleague"]["solved_first_rate"]["hint"])
        names = {choice["name"]: choice["options"] for choice in data["choices"]}
        self.assertEqual(
            [option["name"] for option in names["user_id"]], ["Agent", "Colleague"]
        )
        self.assertEqual(self._get(team_id=self._create_team().id)["sections"], [])

    def _create_team(self):
        return self.env["crm.team"].create({"name": "Others", "is_service": True})

    def test_who_has_left_keeps_the_name(self):
        self._take_all()
        self.colleague.active = False
        self.assertEqual(list(self._get_cards(self._get())), ["Agent", "Colleague"])

    def test_many_cost_no_more_queries(self):
        counts = []
        for _round in range(2):
            for number in range(10):
                user = self._create_user(f"{_round}-{number}", SERVICE_USER)
                self._take(user, self.copy, 5)
            self._get()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._get()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)
