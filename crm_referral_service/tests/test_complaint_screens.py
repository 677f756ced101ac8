from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import SERVICE_USER, ServiceCommon


@tagged("post_install", "-at_install")
class TestWhoItIs(ServiceCommon):
    """Somebody calls of whom we know little; who it is, is found out afterwards."""

    def _take_call(self, **values):
        return self._create_complaint(partner_id=False, **values)

    def test_new_needs_nobody(self):
        form = Form(self.env["crm.complaint"].with_user(self.agent))
        complaint = form.save()
        self.assertFalse(complaint.partner_id)
        self.assertEqual(complaint.step_code, "greet")
        self.assertFalse(complaint.is_unknown, "there is nothing to make a contact of")

    def test_a_known_number_is_offered_while_it_is_typed(self):
        form = Form(self.env["crm.complaint"].with_user(self.agent))
        form.phone = "+3222903490"
        self.assertEqual(form.known_partner_ids.ids, self.customer.ids)

    def test_the_only_one_is_taken_at_once(self):
        complaint = self._take_call(phone="+32 2 2903490")
        self.assertIs(complaint.action_choose_known(), True)
        self.assertEqual(complaint.partner_id, self.customer)
        self.assertFalse(complaint.known_partner_ids)

    def test_of_several_one_is_chosen(self):
        self.customer.email = "office@clinic.example"
        doctor = self.customer.create(
            {"name": "Doctor", "email": "Office@Clinic.example"}
        )
        complaint = self._take_call(email="office@clinic.example")
        self.assertEqual(complaint.known_partner_ids, self.customer | doctor)
        action = complaint.action_choose_known()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.agent)
            .with_context(**action["context"])
            .create({})
        )
        with self.assertRaises(UserError):
            wizard.action_apply()
        wizard.partner_id = doctor
        wizard.action_apply()
        self.assertEqual(complaint.partner_id, doctor)

    def test_nobody_known_is_said(self):
        with self.assertRaises(UserError):
            self._take_call(phone="+32 2 290 00 00").action_choose_known()

    def test_a_contact_is_made_of_what_was_said(self):
        complaint = self._take_call(
            caller_name="Mrs Lin", phone="+32 2 290 00 01", email="lin@home.example"
        )
        self.assertTrue(complaint.is_unknown)
        complaint.action_create_partner()
        partner = complaint.partner_id
        self.assertRecordValues(
            partner.sudo(),
            [
                {
                    "name": "Mrs Lin",
                    "phone": "+32 2 290 00 01",
                    "email": "lin@home.example",
                    "company_id": self.env.company.id,
                }
            ],
        )
        complaint.action_create_partner()
        self.assertEqual(complaint.partner_id, partner)

    def test_no_second_contact_is_made(self):
        complaint = self._take_call(caller_name="Clinic", phone="+3222903490")
        complaint.action_create_partner()
        self.assertEqual(complaint.partner_id, self.customer)

    def test_nothing_makes_no_contact(self):
        with self.assertRaises(UserError):
            self._take_call().action_create_partner()

    def test_who_may_not_write_makes_no_contact(self):
        complaint = self._take_call(caller_name="Mrs Lin", user_id=self.manager.id)
        complaint.sudo().team_id = False
        before = self.customer.search_count([])
        with self.assertRaises(AccessError):
            complaint.with_user(self.colleague).action_create_partner()
        self.assertEqual(self.customer.search_count([]), before)

    def test_contacts_of_another_company_are_not_offered(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.customer.company_id = other
        complaint = self._take_call(phone="+3222903490")
        self.assertFalse(complaint.known_partner_ids)

    def test_the_choice_is_not_for_other_models(self):
        with self.assertRaises(UserError):
            self.env["crm.service.known"].with_user(self.agent).create(
                {"res_model": "res.users", "res_id": self.env.uid}
            ).action_apply()

    def test_a_list_takes_few_queries(self):
        complaints = self.env["crm.complaint"].create(
            [{"partner_id": self.customer.id, "team_id": self.team.id}] * 20
        )
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            complaints.mapped("known_partner_ids")


@tagged("post_install", "-at_install")
class TestComplaintDialogs(ServiceCommon):
    """How a complaint ends otherwise, and the second pair of eyes."""

    def _end(self, complaint, **values):
        action = complaint.action_open_end()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.agent)
            .with_context(**action["context"])
            .create({"reason": "Not ours", **values})
        )
        return wizard.action_apply()

    def test_withdrawn(self):
        complaint = self._create_complaint()
        self._end(complaint)
        self.assertEqual(complaint.outcome, "withdrawn")
        self.assertEqual(complaint.unresolved_reason, "Not ours")

    def test_passed_on_says_to_whom(self):
        complaint = self._create_complaint()
        with self.assertRaises(UserError):
            self._end(complaint, outcome="passed_on")
        self._end(complaint, outcome="passed_on", passed_on_to="The manufacturer")
        self.assertEqual(complaint.outcome, "passed_on")
        self.assertEqual(complaint.passed_on_to, "The manufacturer")

    def _propose(self, complaint, amount):
        gesture = (
            self.env["crm.complaint.gesture"]
            .with_user(self.agent)
            .create(
                {
                    "complaint_id": complaint.id,
                    "type_id": self.refund.id,
                    "amount": amount,
                }
            )
        )
        gesture.action_agree()
        return gesture

    def _decide(self, gesture, note=False):
        action = gesture.with_user(self.manager).action_open_decide()
        return (
            self.env[action["res_model"]]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create({"note": note})
        )

    def test_a_no_needs_a_word_which_the_agent_hears(self):
        complaint = self._create_complaint()
        gesture = self._propose(complaint, 300)
        wizard = self._decide(gesture)
        self.assertEqual(wizard.amount, 300)
        with self.assertRaises(UserError):
            wizard.action_refuse()
        wizard.note = "Offer a new delivery"
        wizard.action_refuse()
        self.assertEqual(gesture.state, "refused")
        self.assertEqual(gesture.decision_note, "Offer a new delivery")
        message = complaint.sudo().message_ids[:1]
        self.assertIn("Offer a new delivery", message.body)
        self.assertEqual(message.partner_ids, self.agent.partner_id)
        self.assertEqual(message.author_id, self.manager.partner_id)

    def test_a_yes_needs_none(self):
        complaint = self._create_complaint()
        gesture = self._propose(complaint, 300)
        self._decide(gesture).action_approve()
        self.assertEqual(gesture.state, "agreed")
        self.assertIn("approved", complaint.sudo().message_ids[:1].body)

    def test_the_dialog_tells_nothing_of_what_is_confidential(self):
        complaint = self._create_complaint(is_confidential=True)
        gesture = self._propose(complaint, 300)
        Decide = self.env["crm.complaint.gesture.decide"].with_user(self.colleague)
        with self.assertRaises(AccessError):
            wizard = Decide.create({"gesture_id": gesture.id})
            self.env.invalidate_all()
            wizard.read(["amount"])

    def test_a_limit_in_words(self):
        limit = self.env["crm.service.authority"].create(
            {
                "type_id": self.refund.id,
                "group_id": self.env.ref(SERVICE_USER).id,
                "max_amount": 200,
            }
        )
        self.assertIn("“Money back” up to", limit.in_words)
        self.assertIn("200", limit.in_words)
        self.assertNotIn("customer and year", limit.in_words)
        limit.max_per_customer_year = 900
        self.assertIn("900", limit.in_words)

    def test_a_colleague_is_asked_in_the_dialog(self):
        complaint = self._create_complaint()
        form = Form(
            self.env["crm.service.handover"]
            .with_user(self.agent)
            .with_context(
                default_complaint_id=complaint.id,
                default_company_id=complaint.company_id.id,
            ),
            view="crm_referral_service.crm_service_handover_view_form_ask",
        )
        form.to_user_id = self.technician
        form.question = "Does it gurgle when it is cold?"
        handover = form.save()
        self.assertEqual(handover.complaint_id, complaint)
        self.assertEqual(handover.from_user_id, self.agent)


@tagged("post_install", "-at_install")
class TestNumbersAndSettings(ServiceCommon):
    def test_who_gives_up_takes_no_number(self):
        sequence = self.env.ref("crm_referral_service.ir_sequence_complaint")
        form = Form(self.env["crm.complaint"].with_user(self.agent))
        self.assertFalse(form.name)
        before = sequence.number_next_actual
        self.assertEqual(self.env["crm.complaint"].new({}).display_name, "New")
        self.assertEqual(sequence.number_next_actual, before)
        self.assertTrue(form.save().name)

    def test_many_get_a_number_each(self):
        complaints = self.env["crm.complaint"].create(
            [{"team_id": self.team.id}, {"team_id": self.team.id, "name": "OLD/1"}]
        )
        self.assertEqual(complaints[1].name, "OLD/1")
        self.assertNotEqual(complaints[0].name, complaints[1].name)

    def test_who_was_called_by_name_is_called_so_again(self):
        complaint = self._create_complaint(caller_name="Ms Chang")
        said = complaint._get_talk_track_values()
        self.assertEqual(said["object.customer_name"], "Ms Chang")
        complaint.caller_name = False
        said = complaint._get_talk_track_values()
        self.assertEqual(said["object.customer_name"], "Clinic")

    def test_settings_keep_the_deadline_and_the_address(self):
        alias = self.env.ref("crm_referral_service.mail_alias_complaint")
        with Form(self.env["res.config.settings"]) as settings:
            self.assertEqual(settings.complaint_alias_name, alias.alias_name)
            settings.complaint_legal_days = 15
            settings.complaint_alias_name = "service"
        settings.record.execute()
        self.assertEqual(self.env.company.complaint_legal_days, 15)
        self.assertEqual(alias.alias_name, "service")

    def test_settings_without_an_address(self):
        """Who wants no complaints by mail empties it; nobody deletes the address."""
        alias = self.env.ref("crm_referral_service.mail_alias_complaint")
        with Form(self.env["res.config.settings"]) as settings:
            settings.complaint_alias_name = False
        settings.record.execute()
        self.assertFalse(alias.alias_name)
        with Form(self.env["res.config.settings"]) as settings:
            self.assertFalse(settings.complaint_alias_name)
        with self.assertRaises(UserError):
            alias.unlink()
