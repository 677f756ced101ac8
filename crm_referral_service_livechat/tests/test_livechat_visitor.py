from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import LivechatCommon


@tagged("post_install", "-at_install")
class TestLivechatVisitor(LivechatCommon, HttpCase):
    """What visitors can do from outside, and what they can not."""

    def setUp(self):
        super().setUp()
        self.patch(
            self.env.registry["im_livechat.channel"],
            "_compute_available_operator_ids",
            lambda channels: channels.write({"available_operator_ids": self.agent}),
        )

    def _begin_outside(self):
        data = self.make_jsonrpc_request(
            "/im_livechat/get_session",
            {"channel_id": self.livechat.id, "previous_operator_id": False},
        )
        self.assertTrue(data, "nobody is there")
        return self.env["discuss.channel"].browse(data["channel_id"])

    def _post(self, chat, body="Where is my delivery?"):
        self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "discuss.channel",
                "thread_id": chat.id,
                "post_data": {"body": body, "message_type": "comment"},
            },
        )

    def _leave(self, chat):
        return self.make_jsonrpc_request(
            "/im_livechat/visitor_leave_session", {"channel_id": chat.id}
        )

    def test_a_visitor_leaves(self):
        chat = self._begin_outside()
        self._post(chat)
        self._say(chat, self.agent, "I shall look")
        self.assertIsNone(self._leave(chat))
        self.assertIsNone(self._leave(chat))
        contact = self._find(chat)
        self.assertEqual(len(contact), 1)
        self.assertEqual(contact.user_id, self.agent)
        self.assertEqual(contact.caller_name, "Visitor")

    def test_a_visitor_who_says_nothing(self):
        chat = self._begin_outside()
        self._leave(chat)
        self.env.invalidate_all()
        self.assertTrue(chat.livechat_end_dt)
        self.assertFalse(self._find(chat))

    def test_nobody_ends_the_conversation_of_another(self):
        chat = self._begin_outside()
        self._post(chat)
        self.opener.cookies.clear()
        self._leave(chat)
        self.env.invalidate_all()
        self.assertFalse(chat.livechat_end_dt)
        self.assertFalse(self._find(chat))

    def test_a_visitor_calls_no_method_of_ours(self):
        chat = self._begin_outside()
        self._post(chat)
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self.make_jsonrpc_request(
                "/web/dataset/call_kw",
                {
                    "model": "discuss.channel",
                    "method": "action_log_service_contact",
                    "args": [[chat.id]],
                    "kwargs": {},
                },
            )
        self.assertFalse(self._find(chat))
