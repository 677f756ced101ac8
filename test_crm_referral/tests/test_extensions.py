from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.crm_referral.tests.export_common import ExportCommon


@tagged("post_install", "-at_install")
class TestExtensions(TransactionCase):
    """What another addon adds in one file each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,crm_assessment.group_assessment_user"
        cls.agent = new_test_user(cls.env, login="test_agent", groups=groups)
        cls.partner = cls.env["res.partner"].create({"name": "Ann"})
        cls.talk = (
            cls.env["test.conversation"]
            .with_user(cls.agent)
            .create({"partner_id": cls.partner.id})
        )

    def test_a_reason_not_to_ask(self):
        """The list, the badge and the refusal are one."""
        self.assertEqual(self.partner.referral_readiness, "test_conversation")
        blockers = self.partner._get_referral_blockers()[self.partner]
        self.assertEqual(blockers, {"test_conversation": "Ann is in a conversation."})
        Partner = self.env["res.partner"]
        search = [("id", "=", self.partner.id)]
        for code, count in (("ready", 0), ("test_conversation", 1)):
            domain = [*search, ("referral_readiness", "=", code)]
            self.assertEqual(Partner.search_count(domain), count, code)
        self.talk._end_conversation("given_up")
        self.partner.invalidate_recordset()
        self.assertEqual(self.partner.referral_readiness, "ready")

    def test_a_reason_to_ask(self):
        """It is weighed, told, and listed for the manager."""
        self.talk._end_conversation("given_up")
        self.env.cr.flush()
        self.partner.invalidate_recordset()
        self.assertEqual(self.partner.referral_readiness_score, 7)
        self.assertEqual(self.partner.referral_readiness_note, "Conversations: 1 (+7)")
        self.env["crm.referral.readiness.rule"]._add_missing()
        rule = self.env["crm.referral.readiness.rule"].search(
            [("code", "=", "test_conversation")]
        )
        self.assertEqual((rule.name, rule.points), ("Conversations", 7))

    def test_a_good_moment(self):
        """What another addon knows puts a customer on the list, in its own words."""
        self.talk._end_conversation("given_up")
        self.partner._note_good_moment("test_conversation", self.talk)
        Ask = self.env["crm.referral.ask"]
        ask = Ask.search([("partner_id", "=", self.partner.id)])
        self.assertEqual((ask.state, ask.moment), ("open", "test_conversation"))
        words = dict(Ask._fields["moment"]._description_selection(self.env))
        self.assertEqual(words[ask.moment], "Conversation ended well")
        # The agent has no rights in Sales: whoever sells may ask.
        self.assertFalse(ask.user_id)
        self.partner._note_good_moment("test_conversation", self.talk)
        self.assertEqual(Ask.search([("partner_id", "=", self.partner.id)]), ask)

    def test_a_conversation_to_look_back_at(self):
        """A checklist about it knows whom it was with."""
        action = self.talk.action_start_checklist()
        Round = self.env["crm.assessment.round"].with_user(self.agent)
        round_ = Round.with_context(**action["context"]).create({})
        self.assertEqual(round_.test_conversation_id, self.talk)
        self.assertEqual(round_.partner_id, self.partner)
        self.assertTrue(round_.has_interaction)
        self.assertEqual(self.talk.checklist_count, 1)
        again = self.talk.action_start_checklist()
        self.assertEqual(again["res_id"], round_.id, "the open one is gone on with")
        of_partner = self.partner.with_user(self.agent).action_start_checklist()
        self.assertFalse(of_partner["res_id"], "it is about the conversation")

    def test_evidence_of_another_kind(self):
        self.talk.question = "Why so slow?"
        self.talk._end_conversation("given_up")
        self.env.flush_all()
        evidence = (
            self.env["crm.assessment.evidence"]
            .with_user(self.agent)
            .search([("res_model", "=", "test.conversation")])
        )
        self.assertEqual(evidence.name, "Ann")
        self.assertEqual(evidence.note, "Why so slow?")
        self.assertEqual(evidence.action_open()["res_id"], self.talk.id)


@tagged("post_install", "-at_install")
class TestSheet(ExportCommon):
    def test_a_sheet_of_another_addon(self):
        self.env["test.conversation"].create({"partner_id": self.customer.id})
        sheet = self.env.ref("test_crm_referral.export_sheet_conversations")
        workbook = self._export(sheet_ids=[(6, 0, sheet.ids)])
        column = [cell.value for cell in workbook["Conversations"]["A"]]
        self.assertEqual(column, ["Customer", self.customer.display_name])
