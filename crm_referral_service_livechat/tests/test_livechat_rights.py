from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SERVICE_USER, LivechatCommon

LIVECHAT_MANAGER = "im_livechat.im_livechat_group_manager"


@tagged("post_install", "-at_install")
class TestLivechatRights(LivechatCommon):
    """Who has no rights in the service learns nothing of its log."""

    def test_who_ends_it_needs_no_rights(self):
        chat = self._talk(self.operator)
        chat.with_user(self.operator).action_unfollow()
        contact = self._find(chat)
        self.assertTrue(chat.livechat_end_dt)
        self.assertTrue(contact)
        with self.assertRaises(AccessError):
            contact.with_user(self.operator).read(["note"])
        with self.assertRaises(AccessError):
            chat.with_user(self.operator).read(["service_contact_id"])
        self.assertNotIn(
            "service_contact_id",
            self.env["discuss.channel"].with_user(self.operator).fields_get(),
        )

    def test_an_operator_logs_nothing_by_hand(self):
        chat = self._talk(self.operator)
        with self.assertRaises(AccessError):
            chat.with_user(self.operator).action_log_service_contact()
        self.assertFalse(self._find(chat))

    def test_an_agent_logs_what_goes_on(self):
        chat = self._talk()
        action = chat.with_user(self.agent).action_log_service_contact()
        contact = self._find(chat)
        self.assertEqual(action["res_id"], contact.id)
        self.assertEqual(contact.user_id, self.agent)
        again = chat.with_user(self.colleague).action_log_service_contact()
        self.assertEqual(again["res_id"], contact.id)
        self.assertEqual(self._end(chat), contact)

    def test_an_agent_logs_several(self):
        self.livechat.service_post_id = False
        chats = self._talk() | self._begin(self.colleague)
        action = chats.with_user(self.colleague).action_log_service_contact()
        contacts = self._find(chats)
        self.assertNotIn("res_id", action)
        self.assertCountEqual(action["domain"][0][2], contacts.ids)
        # Who logs what nobody answered takes it.
        self.assertEqual(
            [each.user_id for each in contacts.sorted("discuss_channel_id")],
            [self.agent, self.colleague],
        )
        self.assertEqual(contacts.team_id, self.team)

    def test_only_conversations_with_visitors(self):
        group = self.env["discuss.channel"].create(
            {"name": "Us", "channel_type": "channel", "group_public_id": False}
        )
        with self.assertRaises(UserError):
            group.with_user(self.agent).action_log_service_contact()
        stranger = self._create_user("stranger", SERVICE_USER)
        with self.assertRaises(AccessError):
            self._talk().with_user(stranger).action_log_service_contact()

    def test_made_up_defaults_do_not_come_along(self):
        complaint = self._create_complaint()
        chat = self._talk()
        made_up = {
            "default_complaint_id": complaint.id,
            "default_customer_solved": "yes",
        }
        chat.with_context(**made_up).livechat_end_dt = self.env.cr.now()
        contact = self._find(chat)
        self.assertFalse(contact.complaint_id)
        self.assertFalse(contact.customer_solved)
        chat = self._talk()
        chat.with_user(self.agent).with_context(**made_up).action_log_service_contact()
        self.assertFalse(self._find(chat).complaint_id)

    def test_the_conversation_is_for_who_may_read_it(self):
        contact = self._end(self._talk())
        action = contact.with_user(self.agent).action_open_conversation()
        self.assertEqual(action["res_model"], "discuss.channel")
        self.assertEqual(action["res_id"], contact.discuss_channel_id.id)
        stranger = self._create_user("stranger", SERVICE_USER)
        stranger.group_ids = [Command.link(self.env.ref("base.group_allow_export").id)]
        as_stranger = contact.with_user(stranger)
        self.assertTrue(as_stranger.display_name)
        with self.assertRaises(AccessError):
            as_stranger.read(["discuss_channel_id"])
        with self.assertRaises(AccessError):
            as_stranger.search([("discuss_channel_id", "!=", False)])
        with self.assertRaises(AccessError):
            as_stranger.export_data(["discuss_channel_id/name"])
        with self.assertRaises(AccessError):
            as_stranger.action_open_conversation()

    def test_the_conversation_is_not_chosen_by_hand(self):
        contact = self._end(self._talk())
        other = self._talk()
        with self.assertRaises(AccessError):
            contact.with_user(self.agent).discuss_channel_id = other
        made = (
            self.env["crm.service.contact"]
            .with_user(self.agent)
            .with_context(default_discuss_channel_id=other.id)
            .create({"caller_name": "Lin"})
        )
        self.assertFalse(made.sudo().discuss_channel_id)

    def test_a_contact_that_is_hidden_stays_hidden(self):
        contact = self._end(self._talk(self.colleague))
        chat = contact.discuss_channel_id
        complaint = self._create_complaint(self.colleague)
        contact.complaint_id = complaint
        complaint.sudo().is_confidential = True
        self.env.invalidate_all()
        self.assertFalse(chat.with_user(self.agent).service_contact_id)
        self.assertEqual(chat.with_user(self.colleague).service_contact_id, contact)
        with self.assertRaises(AccessError):
            chat.with_user(self.agent).action_log_service_contact()

    def test_whose_log_it_is_decides_who_knows_the_service(self):
        chief = self._create_user("chief", LIVECHAT_MANAGER)
        livechat = self.livechat.with_user(chief)
        with self.assertRaises(AccessError):
            livechat.service_post_id = False
        livechat.name = "Still mine"
        self.assertNotIn("service_post_id", livechat.read()[0])
        chief.group_ids = [Command.link(self.env.ref(SERVICE_USER).id)]
        livechat.service_post_id = False
        livechat.service_post_id = self.post
        other = self.env["res.company"].create({"name": "Other"})
        hidden = self.post.copy(
            {"name": "Hidden", "company_id": other.id, "team_id": False}
        )
        with self.assertRaises(AccessError):
            livechat.service_post_id = hidden

    def test_a_tag_is_everybodys_its_reason_is_not(self):
        tag = self.env["im_livechat.conversation.tag"].create(
            {"name": "Late", "service_reason_id": self.reason.id}
        )
        as_operator = tag.with_user(self.operator)
        self.assertEqual(as_operator.read(["name"])[0]["name"], "Late")
        with self.assertRaises(AccessError):
            as_operator.service_reason_id = False
        as_operator.name = "Later"
        chat = self._talk(self.operator)
        contact = self._end(chat)
        # As the chat window does it.
        chat.with_user(self.operator).sudo().livechat_conversation_tag_ids = tag
        self.assertEqual(contact.reason_id, self.reason)

    def test_reasons_that_are_merged_take_their_tags_along(self):
        tag = self.env["im_livechat.conversation.tag"].create(
            {"name": "Late", "service_reason_id": self.reason.id}
        )
        into = self.env.ref("crm_referral_service.reason_where")
        self.env["crm.service.reason.merge"].create(
            {"reason_ids": (self.reason | into).ids, "into_id": into.id}
        ).action_merge()
        self.assertEqual(tag.service_reason_id, into)

    def test_the_views_open(self):
        chief = self._create_user("chief", LIVECHAT_MANAGER)
        views = {
            "discuss.channel": "im_livechat.discuss_channel_view_tree",
            "im_livechat.channel": "im_livechat.im_livechat_channel_view_form",
            "im_livechat.conversation.tag": (
                "im_livechat.im_livechat_channel_conversation_tag_view_list"
            ),
            "crm.service.contact": "crm_referral_service.crm_service_contact_view_form",
        }
        names = {
            "discuss.channel": "service_contact_id",
            "im_livechat.channel": "service_post_id",
            "im_livechat.conversation.tag": "service_reason_id",
            "crm.service.contact": "action_open_conversation",
        }
        both = self._create_user("both", LIVECHAT_MANAGER)
        both.group_ids = [Command.link(self.env.ref(SERVICE_USER).id)]
        for model, xml_id in views.items():
            Model, view = self.env[model], self.env.ref(xml_id)
            arch = Model.with_user(both).get_view(view.id)["arch"]
            self.assertIn(f'name="{names[model]}"', arch)
            if model != "crm.service.contact":
                arch = Model.with_user(chief).get_view(view.id)["arch"]
                self.assertNotIn(f'name="{names[model]}"', arch)
