from odoo.tests import HttpCase, tagged

from .common import LivechatCommon


@tagged("post_install", "-at_install")
class TestLivechatLogTour(LivechatCommon, HttpCase):
    """In the browser: from the conversation to its contact, and back."""

    def test_log_and_open(self):
        chat = self._talk(guest="A. Lin")
        self.start_tour(
            f"/odoo/discuss?active_id=discuss.channel_{chat.id}",
            "crm_referral_service_livechat.log_and_open",
            login=self.agent.login,
        )
        contact = self._find(chat)
        self.assertEqual(contact.caller_name, "A. Lin")
        self.assertEqual(contact.user_id, self.agent)
        self.assertEqual(contact.channel, "chat")
