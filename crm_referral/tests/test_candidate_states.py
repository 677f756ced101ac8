from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ReferralCommon

# What may follow each state; the one who is converted has a lead.
NEXT = {
    "suggested": ["agreed", "declined", "unfit", "objected"],
    "agreed": ["suggested", "introduced", "declined", "unfit", "objected"],
    "introduced": [
        "agreed",
        "contacted",
        "converted",
        "declined",
        "unfit",
        "objected",
    ],
    "contacted": ["introduced", "converted", "declined", "unfit", "objected"],
    "converted": ["objected"],
    "declined": ["suggested", "agreed", "unfit", "objected"],
    "unfit": ["suggested", "agreed", "declined", "objected"],
    "objected": [],
}


@tagged("post_install", "-at_install")
class TestCandidateStates(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()
        cls.candidate = cls._create_candidate(cls.referral)

    def _create_own_lead(self):
        return self.env["crm.lead"].create({"name": "Lead", "user_id": self.rep.id})

    def _create_in_state(self, state):
        """A candidate who is in this state, with the dates and the lead it takes."""
        vals = {"name": f"In {state}", "state": state}
        if state in ("introduced", "contacted", "converted"):
            vals["introduced_on"] = "2026-02-20"
        if state == "contacted":
            vals["contacted_on"] = "2026-02-25"
        if state == "converted":
            vals["lead_id"] = self._create_own_lead().id
        return self._create_candidate(self.referral, **vals)

    def test_way_of_a_candidate(self):
        self.assertEqual(self.candidate.state, "suggested")
        self.candidate.action_agree()
        self.assertEqual(self.candidate.state, "agreed")
        with self._at("2026-03-05 09:00:00"):
            self.candidate.action_introduce()
        self.assertEqual(self.candidate.introduced_on, date(2026, 3, 5))
        with self._at("2026-03-09 09:00:00"):
            self.candidate.action_contact()
        self.assertEqual(self.candidate.contacted_on, date(2026, 3, 9))
        action = self.candidate.action_convert()
        self.assertEqual(action["res_model"], "crm.lead")
        self.assertEqual(self.candidate.state, "converted")
        self.assertTrue(self.candidate.lead_id)

    def test_transitions_by_write(self):
        """Each of the 64 pairs: what the table allows is allowed, nothing else is."""
        self.assertEqual(
            {state for state, _label in self.candidate._fields["state"].selection},
            NEXT.keys(),
        )
        for old, allowed in NEXT.items():
            for new in NEXT:
                with self.subTest(old=old, new=new):
                    candidate = self._create_in_state(old)
                    vals = {"state": new}
                    if new == "converted" and old != "converted":
                        vals["lead_id"] = self._create_own_lead().id
                    if new == old or new in allowed:
                        candidate.write(vals)
                        self.assertEqual(candidate.state, new)
                    else:
                        with self.assertRaisesRegex(UserError, "cannot become"):
                            candidate.write(vals)

    def test_nobody_is_contacted_before_the_introduction(self):
        for state in ("suggested", "agreed"):
            with self.subTest(state):
                candidate = self._create_in_state(state)
                with self.assertRaisesRegex(
                    UserError, "“.*” and cannot become “Contacted”. Possible next: "
                ):
                    candidate.action_contact()
                with self.assertRaises(UserError):
                    candidate.action_convert()

    def test_import_of_states(self):
        Candidate = self.env["crm.referral.candidate"].with_user(self.rep)
        result = Candidate.load(
            ["referral_id/.id", "name", "state", "introduced_on"],
            [[str(self.referral.id), "Imported", "Introduced", "2026-02-01"]],
        )
        self.assertEqual(Candidate.browse(result["ids"]).state, "introduced")
        result = Candidate.load(
            [".id", "state"], [[str(self.candidate.id), "Contacted"]]
        )
        self.assertFalse(result["ids"])
        self.assertIn("cannot become", result["messages"][0]["message"])

    @mute_logger("odoo.sql_db")
    def test_import_without_the_date(self):
        result = (
            self.env["crm.referral.candidate"]
            .with_user(self.rep)
            .load(
                ["referral_id/.id", "name", "state"],
                [[str(self.referral.id), "Imported", "Introduced"]],
            )
        )
        self.assertFalse(result["ids"])
        self.assertIn("Note when the candidate was introduced", str(result["messages"]))

    def test_converted_needs_a_lead(self):
        candidate = self._create_in_state("introduced")
        with self.assertRaisesRegex(UserError, "has no lead yet"):
            candidate.state = "converted"
        with self.assertRaisesRegex(UserError, "has no lead yet"):
            self._create_candidate(self.referral, state="converted")
        converted = self._create_in_state("converted")
        with self.assertRaisesRegex(UserError, "has no lead yet"):
            converted.lead_id = False

    def test_noted_dates_are_kept(self):
        candidate = self._create_candidate(self.referral, introduced_on="2026-02-20")
        candidate.action_agree()
        candidate.write({"state": "introduced", "introduced_on": "2026-02-22"})
        self.assertEqual(candidate.introduced_on, date(2026, 2, 22))
        candidate.contacted_on = "2026-02-25"
        candidate.action_contact()
        self.assertEqual(candidate.contacted_on, date(2026, 2, 25))

    def test_undone_steps_have_no_date(self):
        candidate = self._create_in_state("contacted")
        candidate.state = "introduced"
        self.assertFalse(candidate.contacted_on)
        self.assertTrue(candidate.introduced_on)
        candidate.state = "agreed"
        self.assertFalse(candidate.introduced_on)

    def test_declined_after_the_introduction_was_introduced(self):
        candidate = self._create_in_state("introduced")
        candidate.action_decline()
        self.assertEqual(candidate.introduced_on, date(2026, 2, 20))

    def test_reconsider(self):
        candidate = self._create_in_state("declined")
        candidate.action_reconsider()
        self.assertEqual(candidate.state, "suggested")
        self.assertFalse(candidate.closed_on)

    def test_several_at_once(self):
        candidates = self._create_in_state("suggested") | self.candidate
        candidates.action_agree()
        with self._at("2026-03-05 09:00:00"):
            candidates.action_introduce()
        self.assertEqual(candidates.mapped("introduced_on"), [date(2026, 3, 5)] * 2)

    def test_kanban_shows_all_states(self):
        result = (
            self.env["crm.referral.candidate"]
            .with_context(read_group_expand=True)
            .web_read_group([("id", "=", self.candidate.id)], ["state"], ["__count"])
        )
        self.assertEqual(
            {group["state"]: group["__count"] for group in result["groups"]},
            {state: int(state == "suggested") for state in NEXT},
        )
