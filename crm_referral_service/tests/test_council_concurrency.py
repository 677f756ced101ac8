from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_referral.tests.concurrency import ConcurrencyCase


@tagged("post_install", "-at_install")
class TestCouncilConcurrency(ConcurrencyCase):
    """Two people end the meeting, or tell the customers, at the same moment."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            reason = env.ref("crm_referral_service.reason_late")
            team = env["crm.team"].create({"name": "Busy Service", "is_service": True})
            council = env["crm.service.council"].create(
                {"date": "2099-01-05", "team_id": team.id}
            )
            partner = env["res.partner"].create(
                {"name": "Ann", "email": "ann@busy.example"}
            )
            contact = env["crm.service.contact"].create(
                {
                    "partner_id": partner.id,
                    "channel": "phone",
                    "reason_id": reason.id,
                    "team_id": team.id,
                    "wants_news": True,
                }
            )
            pride = env.ref("crm_referral.crm_assessment_framework_pride")
            action = env["crm.assessment.action"].create(
                {
                    "name": "We call the day before",
                    "section_id": pride.section_ids[0].id,
                    "reason_id": reason.id,
                    "deadline": "2099-01-01",
                    "council_id": council.id,
                }
            )
            action.action_done()
            self.team_id, self.council_id = team.id, council.id
            self.partner_id, self.contact_id = partner.id, contact.id
            self.action_id = action.id
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        with self._transaction() as env:
            councils = self._get_councils(env)
            councils.calendar_event_id.unlink()
            env.cr.execute(
                "UPDATE crm_service_council SET state = 'planned' WHERE id = ANY(%s)",
                [councils.ids],
            )
            env.invalidate_all()
            action = env["crm.assessment.action"].browse(self.action_id)
            action.news_ids.unlink()
            action.unlink()
            councils.unlink()
            env["crm.service.contact"].browse(self.contact_id).unlink()
            env["mail.mail"].search([("email_to", "ilike", "busy.example")]).unlink()
            env["res.partner"].browse(self.partner_id).unlink()
            env["crm.team"].browse(self.team_id).unlink()

    def _get_councils(self, env):
        return env["crm.service.council"].search([("team_id", "=", self.team_id)])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_end_the_meeting(self):
        def close(env):
            admin = env.ref("base.user_admin")
            council = env["crm.service.council"].browse(self.council_id)
            return council.with_user(admin).action_close()

        result = self._race(close)
        self.assertIsInstance(result, UserError)
        self.assertIn("has a meeting on that day already", str(result))
        with self._transaction() as env:
            states = self._get_councils(env).sorted("date").mapped("state")
            self.assertEqual(states, ["closed", "planned"], "one next meeting")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_tell_the_customers(self):
        def tell(env):
            admin = env.ref("base.user_admin")
            action = env["crm.assessment.action"].browse(self.action_id)
            shown = action.with_user(admin).action_tell_callers()
            composer = env["mail.compose.message"].with_user(admin)
            composer = composer.with_context(**shown["context"]).create({})
            composer._action_send_mail()
            return True

        result = self._race(tell)
        self.assertIsInstance(result, UserError)
        self.assertIn("hears of an action once", str(result))
        with self._transaction() as env:
            news = env["crm.assessment.action"].browse(self.action_id).news_ids
            self.assertEqual(news.mapped("state"), ["sent"])
            self.assertEqual(len(news.message_ids.filtered("mail_ids") or [1]), 1)
