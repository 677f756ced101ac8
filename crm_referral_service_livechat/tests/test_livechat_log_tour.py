from odoo.tests import HttpCase, tagged

from .common import LivechatCommon


class LogTourCase(LivechatCommon, HttpCase):
    def _walk(self, tour):
        chat = self._talk(guest="A. Lin")
        self.start_tour(
            f"/odoo/discuss?active_id=discuss.channel_{chat.id}",
            f"crm_referral_service_livechat.{tour}",
            login=self.agent.login,
        )
        contact = self._find(chat)
        self.assertEqual(contact.caller_name, "A. Lin")
        self.assertEqual(contact.user_id, self.agent)
        self.assertEqual(contact.channel, "chat")


@tagged("post_install", "-at_install")
class TestLivechatLogTour(LogTourCase):
    """In the browser: from the conversation to its contact, and back."""

    def test_log_and_open(self):
        self._walk("log_and_open")


@tagged("post_install", "-at_install")
class TestLivechatLogPhoneTour(LogTourCase):
    """On a phone, where the conversation covers the screen."""

    browser_size = "390x844"
    touch_enabled = True

    def test_log_on_phone(self):
        self._walk("log_on_phone")
