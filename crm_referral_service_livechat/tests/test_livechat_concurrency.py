from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_referral.tests.concurrency import ConcurrencyCase

LOGGER = "odoo.addons.crm_referral_service_livechat.models.discuss_channel"


@tagged("post_install", "-at_install")
class TestLivechatConcurrency(ConcurrencyCase):
    """Two who end a conversation, or log it, at the same moment."""

    def setUp(self):
        super().setUp()
        self.made = []
        self.addCleanup(self._clean_up)
        with self._transaction() as env:
            admin = env.ref("base.user_admin").partner_id
            post = self._make(env, "crm.service.post", name="Chat", kind="chat")
            livechat = self._make(
                env, "im_livechat.channel", name="Site", service_post_id=post.id
            )
            guest = self._make(env, "mail.guest", name="Visitor")
            chat = self._make(
                env,
                "discuss.channel",
                name="Visitor",
                channel_type="livechat",
                livechat_channel_id=livechat.id,
                livechat_operator_id=admin.id,
                livechat_failure="no_answer",
                channel_member_ids=[
                    Command.create(
                        {"guest_id": guest.id, "livechat_member_type": "visitor"}
                    )
                ],
            )
            chat.livechat_customer_history_ids.message_count = 1
            self.chat_id = chat.id

    def _make(self, env, model, **values):
        record = env[model].create(values)
        self.made.append((model, record.id))
        return record

    def _clean_up(self):
        with self._transaction() as env:
            self._find(env).unlink()
        for model, record_id in reversed(self.made):
            self._delete(model, [record_id])

    def _get(self, env):
        return env["discuss.channel"].browse(self.chat_id)

    def _find(self, env):
        domain = [("discuss_channel_id", "=", self.chat_id)]
        return env["crm.service.contact"].search(domain)

    def _end(self, env):
        self._get(env).livechat_end_dt = env.cr.now()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_both_end_it(self):
        self.assertIsNone(self._race(self._end))
        with self._transaction() as env:
            self.assertEqual(len(self._find(env)), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_visitor_leaves_while_somebody_logs_it(self):
        def log(env):
            self._get(env).action_log_service_contact()

        with self.assertLogs(LOGGER, "WARNING"):
            self.assertIsNone(self._race(self._end, log))
        with self._transaction() as env:
            self.assertEqual(len(self._find(env)), 1)
            self.assertTrue(self._get(env).livechat_end_dt)
