from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestReferralForm(ReferralCommon):
    """The forms as a rep fills them in, with the server's onchanges."""

    def _open_new(self, user=None):
        return Form(self.env["crm.referral"].with_user(user or self.rep))

    def test_defaults(self):
        form = self._open_new()
        self.assertEqual(form.step_id, self.step["benefits"])
        self.assertEqual(form.user_id, self.rep)

    def test_form_is_the_engines(self):
        """Every button, field and place that all conversations have is there."""

        def names(arch):
            return {
                (each.tag, each.get("name")) for each in arch.iterfind(".//*[@name]")
            }

        shell = self.env.ref(
            "crm_guided_conversation.crm_guided_conversation_view_form"
        )
        form = self.env.ref("crm_referral.crm_referral_view_form")
        self.assertEqual(form.inherit_id, shell)
        expected = names(shell._get_combined_arch())
        self.assertIn(("button", "action_open_skip_step"), expected)
        self.assertLessEqual(expected, names(form._get_combined_arch()))

    def test_customer_is_required(self):
        with self.assertRaisesRegex(AssertionError, "partner_id"):
            self._open_new().save()

    def test_new_win_is_proposed_beside_the_library(self):
        benefit = self._create_benefit()
        lead = self.env["crm.lead"].create(
            {
                "name": "Faster closing",
                "partner_id": self.customer.id,
                "user_id": self.rep.id,
            }
        )
        lead.action_set_won()
        form = Form(self.env["crm.referral"].with_user(self.rep))
        form.partner_id = self.customer
        referral = form.save()
        self.assertIn(benefit, referral.benefit_ids)
        self.assertEqual((referral.benefit_ids - benefit).lead_id, lead)

    def test_customer_brings_their_benefits(self):
        benefit = self._create_benefit()
        foreign = self._create_benefit(self.other_customer, name="Others")
        form = self._open_new()
        form.partner_id = self.customer
        self.assertEqual(form.benefit_ids.ids, benefit.ids)
        form.partner_id = self.other_customer
        self.assertEqual(form.benefit_ids.ids, foreign.ids)
        referral = form.save()
        self.assertEqual(referral.benefit_ids, foreign)

    def test_won_opportunities_are_proposed_on_saving(self):
        self._create_won_lead(name="Fast closing")
        form = self._open_new(self.manager)
        form.partner_id = self.customer
        self.assertEqual(form.save().benefit_ids.name, "Fast closing")

    def test_text_stays_while_it_is_typed(self):
        """The talk-track and what is missing do not vanish at a keystroke."""
        referral = self._walk_to(self._create_referral(), "profile")
        with Form(referral) as form:
            self.assertIn("The challenge", form.missing_requirements)
            before = form.talk_track
            self.assertTrue(before)
            form.challenge = "Slow closing"
            self.assertTrue(form.talk_track)
            self.assertEqual(
                form.missing_requirements, "What has changed for the customer."
            )
            form.improvement = "Fast closing"
            self.assertFalse(form.missing_requirements)
        self.assertEqual(referral.challenge, "Slow closing")
        self.assertIn("Fast closing", referral.talk_track)

    def test_progress_on_a_new_request(self):
        form = self._open_new()
        form.partner_id = self.customer
        self.assertEqual(form.step_progress[0]["state"], "current")

    def test_whole_way_through_forms(self):
        form = self._open_new()
        form.partner_id = self.customer
        referral = form.save()
        referral.benefit_ids = [
            Command.create(
                {
                    "name": "Closing takes two days",
                    "partner_id": self.customer.id,
                    "confirmed": True,
                }
            )
        ]
        referral.action_next_step()
        with Form(referral) as form:
            form.challenge = "Slow closing"
            form.improvement = "Fast closing"
        referral.action_next_step()
        with Form(referral) as form:
            form.motive_ids.add(self.motive)
            form.promise = "Report back"
        self.assertEqual(referral.promise_state, "open")
        referral.action_next_step()
        self._create_candidate(referral)
        referral.action_next_step()
        self.assertEqual(referral.step_code, "introduce")

    def test_promise_on_the_form(self):
        referral = self._walk_to(self._create_referral(), "value")
        with Form(referral) as form:
            form.promise = "Report back"
            form.promise_deadline = "2026-03-10"
        self.assertEqual(referral.promise_state, "open")
        self.assertEqual(
            self._get_activities(referral, "mail_activity_type_promise").summary,
            "Report back",
        )


@tagged("post_install", "-at_install")
class TestOtherForms(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()

    def _open(self, record):
        return Form(record.with_user(self.rep))

    def test_candidate(self):
        Candidate = self.env["crm.referral.candidate"].with_context(
            default_referral_id=self.referral.id
        )
        form = self._open(Candidate)
        form.name = "Bob Builder"
        form.email = "bob@example.com"
        candidate = form.save()
        self.assertEqual(candidate.referrer_id, self.customer)
        self.assertEqual(candidate.introduction_channel, "email")
        self.assertTrue(candidate.has_personal_data)

    def test_candidate_by_position(self):
        Candidate = self.env["crm.referral.candidate"].with_context(
            default_referral_id=self.referral.id
        )
        form = self._open(Candidate)
        form.function = "Finance head"
        self.assertEqual(form.save().display_name, "Finance head")

    def test_skip(self):
        action = self.referral.action_open_skip_step()
        Wizard = self.env[action["res_model"]].with_context(**action["context"])
        with self.assertRaisesRegex(AssertionError, "reason"):
            self._open(Wizard).save()
        form = self._open(Wizard)
        form.reason = "No time"
        form.save().action_apply()
        self.assertEqual(self.referral.step_code, "profile")

    def test_decline(self):
        action = self.referral.action_open_decline()
        Wizard = self.env[action["res_model"]].with_context(**action["context"])
        with self.assertRaisesRegex(AssertionError, "reason_id"):
            self._open(Wizard).save()
        form = self._open(Wizard)
        form.reason_id = self.decline_reason
        form.save().action_apply()
        self.assertEqual(self.referral.outcome, "declined")

    def test_override(self):
        self.other_customer.referral_do_not_ask = True
        action = self.other_customer.with_user(self.manager).action_ask_referral()
        Wizard = self.env[action["res_model"]].with_context(**action["context"])
        self.assertFalse(self._open(Wizard).can_override)
        form = Form(Wizard.with_user(self.manager))
        self.assertTrue(form.can_override)
        self.assertIn("does not want to be asked", form.blockers)
        form.reason = "She called us"
        form.save().action_apply()
        self.assertTrue(self.other_customer.with_user(self.manager).referral_ids)

    def test_new_contact(self):
        """Figures and readiness on a contact that is not saved yet."""
        form = Form(self.env["res.partner"].with_user(self.rep))
        form.name = "New Customer"
        partner = form.save()
        self.assertEqual(partner.referral_readiness, "ready")

    def test_contact_without_sales_rights(self):
        self.employee.group_ids += self.env.ref("base.group_partner_manager")
        with Form(self.customer.with_user(self.employee)) as form:
            form.name = "Ann B. Archer"
        self.assertEqual(self.customer.name, "Ann B. Archer")

    def test_lead(self):
        form = self._open(self.env["crm.lead"])
        form.name = "By hand"
        form.referrer_id = self.customer
        lead = form.save()
        self.assertEqual(lead.referred, "Ann Archer")

    def test_every_view_opens(self):
        """Each role gets each view of each model, without an error in its arch."""
        for model in (
            "crm.referral",
            "crm.referral.candidate",
            "crm.referral.benefit",
            "crm.referral.step",
            "crm.referral.motive",
            "crm.referral.decline.reason",
        ):
            types = set(
                self.env["ir.ui.view"]
                .search([("model", "=", model), ("type", "!=", "qweb")])
                .mapped("type")
            )
            self.assertIn("list", types, model)
            for user in (self.rep, self.all_documents, self.manager):
                for view_type in types:
                    with self.subTest(model=model, user=user.login, view=view_type):
                        self.assertTrue(
                            self.env[model]
                            .with_user(user)
                            .get_view(view_type=view_type)["arch"]
                        )

    def test_every_action_opens(self):
        """Each window action reads its records with the rights of a manager."""
        actions = self.env["ir.actions.act_window"].search(
            [("id", "in", self._get_own_ids("ir.actions.act_window"))]
        )
        self.assertGreater(len(actions), 5)
        for action in actions.filtered(lambda a: a.target != "new"):
            with self.subTest(action=action.name):
                Model = self.env[action.res_model].with_user(self.manager)
                self.assertTrue(
                    Model.get_views(
                        [(view_id, mode) for view_id, mode in action.views]
                    )["views"]
                )

    def _get_own_ids(self, model):
        return (
            self.env["ir.model.data"]
            .search([("module", "=", "crm_referral"), ("model", "=", model)])
            .mapped("res_id")
        )
