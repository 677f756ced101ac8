from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestCandidateGuard(ReferralCommon):
    """What a rep may not see is neither read, nor changed, nor pointed to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()
        cls.candidate = cls._create_candidate(cls.referral)
        cls.theirs = cls._create_referral(
            cls.colleague, partner_id=cls.other_customer.id
        )
        cls.their_candidate = cls._create_introduced_candidate(
            cls.colleague, cls.theirs, name="Cleo", email="cleo@example.com"
        )

    def _as_rep(self, model, **context):
        return self.env[model].with_user(self.rep).with_context(**context)

    def test_not_into_a_colleagues_request(self):
        Candidate = self._as_rep(self.candidate._name)
        with self.assertRaises(AccessError):
            Candidate.browse(self.candidate.id).referral_id = self.theirs.id
        with self.assertRaises(AccessError):
            Candidate.create({"name": "Eve", "referral_id": self.theirs.id})
        with self.assertRaises(AccessError):
            Candidate.with_context(default_referral_id=self.theirs.id).create(
                {"name": "Eve"}
            )

    def test_figures_are_not_written(self):
        kept_by_the_system = (
            "closed_on",
            "data_obtained_on",
            "erased_on",
            "inform_by",
            "objected_on",
            "was_known",
        )
        for user in (self.rep, self.manager):
            candidate = self.candidate.with_user(user)
            for fname in kept_by_the_system:
                value = True if fname == "was_known" else "2020-01-01"
                with self.subTest(user=user.login, fname=fname):
                    with self.assertRaises(AccessError):
                        candidate.write({fname: value})
                    with self.assertRaises(AccessError):
                        candidate.create(
                            {
                                "referral_id": self.referral.id,
                                "name": "Eve",
                                fname: value,
                            }
                        )
                    made = candidate.with_context(**{f"default_{fname}": value}).create(
                        {"referral_id": self.referral.id, "name": "Eve"}
                    )
                    self.assertNotEqual(str(made[fname]), str(value))

    def test_not_to_a_hidden_lead(self):
        hidden = self.env["crm.lead"].create(
            {"name": "Hidden", "user_id": self.colleague.id}
        )
        candidate = self.candidate.with_user(self.rep)
        with self.assertRaises(AccessError):
            candidate.lead_id = hidden.id
        with self.assertRaises(AccessError):
            candidate.with_context(default_lead_id=hidden.id).create(
                {"referral_id": self.referral.id, "name": "Eve"}
            )

    def test_lead_does_not_point_to_a_hidden_candidate(self):
        Lead = self._as_rep("crm.lead")
        own = Lead.create({"name": "Own"})
        for vals in (
            {"referral_candidate_id": self.their_candidate.id},
            {"referral_candidate_ids": [Command.link(self.their_candidate.id)]},
        ):
            with self.subTest(vals):
                with self.assertRaises(AccessError):
                    own.write(vals)
                with self.assertRaises(AccessError):
                    Lead.create({"name": "New", **vals})
        with self.assertRaises(AccessError):
            Lead.with_context(
                default_referral_candidate_id=self.their_candidate.id
            ).create({"name": "New"})
        for fname in ("is_made_of_candidate", "is_introduced_again"):
            with self.subTest(fname), self.assertRaises(AccessError):
                own.write({fname: True})

    def test_meeting_does_not_plan_a_hidden_introduction(self):
        vals = {
            "name": "Meeting",
            "start": "2026-03-12 10:00:00",
            "stop": "2026-03-12 11:00:00",
        }
        Event = self._as_rep("calendar.event")
        with self.assertRaises(AccessError):
            Event.create({**vals, "referral_candidate_id": self.their_candidate.id})
        with self.assertRaises(AccessError):
            Event.with_context(
                default_referral_candidate_id=self.their_candidate.id
            ).create(vals)
        event = Event.create(vals)
        with self.assertRaises(AccessError):
            event.referral_candidate_id = self.their_candidate
        self.assertFalse(self.their_candidate.introduction_planned_on)

    def test_wizards_show_nothing_of_a_hidden_candidate(self):
        for model in (
            "crm.referral.candidate.convert",
            "crm.referral.candidate.object",
        ):
            Wizard = self._as_rep(model)
            with self.subTest(model):
                with self.assertRaises(AccessError):
                    Wizard.create({"candidate_id": self.their_candidate.id})
                with self.assertRaises(AccessError):
                    Wizard.with_context(
                        default_candidate_id=self.their_candidate.id
                    ).create({})
                with self.assertRaises(AccessError):
                    Wizard.onchange(
                        {"candidate_id": self.their_candidate.id},
                        ["candidate_id"],
                        {"candidate_id": {}},
                    )
        with self.assertRaises(AccessError):
            self.env["crm.referral.candidate.erase"].with_user(
                self.foreign_manager
            ).create({"candidate_ids": [Command.set(self.candidate.ids)]})

    def test_convert_window_proposes_no_hidden_lead(self):
        self.env["crm.lead"].create(
            {
                "name": "Hidden",
                "email_from": "bob@example.com",
                "user_id": self.colleague.id,
            }
        )
        self.candidate.email = "bob@example.com"
        wizard = self._as_rep("crm.referral.candidate.convert").create(
            {"candidate_id": self.candidate.id}
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(wizard.sudo().lead_id)
        self.assertEqual(wizard.hidden_duplicate_count, 1)

    def test_public_methods_refuse_hidden_candidates(self):
        """Every action of a candidate, called with a colleague's."""
        candidate = self.their_candidate.with_user(self.rep)
        actions = [
            name
            for name in dir(type(candidate))
            if name.startswith("action_")
            and getattr(type(candidate), name).__module__.startswith(
                "odoo.addons.crm_referral."
            )
        ]
        self.assertGreater(len(actions), 12)
        windows = {"action_ask_erase", "action_ask_object", "action_withdraw_objection"}
        before = self.their_candidate.sudo().read()
        for name in actions:
            self.env.invalidate_all()
            with self.subTest(name):
                if name in windows:  # they only open a window, which refuses
                    continue
                with self.assertRaises(AccessError):
                    getattr(candidate, name)()
        self.env.invalidate_all()
        self.assertEqual(self.their_candidate.sudo().read(), before)
