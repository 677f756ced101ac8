from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import discuss_channel
from .common import LivechatCommon

LOGGER = "odoo.addons.crm_referral_service_livechat.models.discuss_channel"


@tagged("post_install", "-at_install")
class TestLivechatContact(LivechatCommon):
    """A conversation that has ended is a service contact."""

    def test_what_is_logged(self):
        chat = self._talk(guest="A. Lin", livechat_note="<p>Asks for <b>Monday</b></p>")
        contact = self._end(chat)
        self.assertRecordValues(
            contact,
            [
                {
                    "channel": "chat",
                    "direction": "in",
                    "contacted_on": chat.create_date,
                    "post_id": self.post.id,
                    "team_id": self.team.id,
                    "company_id": self.env.company.id,
                    "user_id": self.agent.id,
                    "caller_name": "A. Lin",
                    "partner_id": False,
                    "note": "Asks for *Monday*",
                    "state": "open",
                    "agent_solved": False,
                    "customer_solved": False,
                    "outcome": False,
                    "reason_id": False,
                }
            ],
        )
        self.assertEqual(self.post.last_heard_on, chat.create_date)

    def test_nothing_that_was_said_is_copied(self):
        chat = self._begin(self.agent)
        self._say(chat, body="My secret")
        self._say(chat, self.agent, "I keep it")
        contact = self._end(chat)
        self.assertFalse(contact.note)
        self.assertFalse(contact.message_ids.filtered("body"))

    def test_it_is_logged_once(self):
        chat = self._talk()
        contact = self._end(chat)
        self.assertEqual(self._end(chat), contact)
        chat.livechat_end_dt = False  # the visitor has begun the chatbot anew
        self.assertEqual(self._end(chat), contact)
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            contact.copy().discuss_channel_id = chat

    def test_without_a_listening_post_nothing_is_logged(self):
        self.livechat.service_post_id = False
        self.assertFalse(self._end(self._talk()))
        self.livechat.service_post_id = self.post
        self.post.active = False
        self.assertFalse(self._end(self._talk()))

    def test_who_said_nothing_is_no_contact(self):
        self.assertFalse(self._end(self._begin(self.agent)))
        chat = self._begin(self.agent)
        self._say(chat, self.agent, "Hello?")
        self.assertFalse(self._end(chat))

    def test_whom_nobody_answered_waits_for_the_team(self):
        chat = self._begin(self.agent)
        self._say(chat)
        contact = self._end(chat)
        self.assertFalse(contact.user_id)
        self.assertEqual(contact.team_id, self.team)
        self.assertEqual(contact.state, "open")

    def test_the_first_who_answered_keeps_it(self):
        chat = self._begin(self.agent)
        self._say(chat)
        for user in (self.colleague, self.agent):
            chat._add_members(users=user)
        self._say(chat, self.colleague, "I take it")
        self.assertTrue(chat.livechat_is_escalated)
        self.assertEqual(self._end(chat).user_id, self.colleague)

    def test_whoever_cannot_keep_it_is_no_first_taker(self):
        """They have no rights in the service: nobody would ever see it again."""
        self.assertFalse(self._end(self._talk(self.operator)).user_id)
        chat = self._talk(self.operator)
        chat._add_members(users=self.agent)
        self._say(chat, self.agent, "Now I")
        self.assertEqual(self._end(chat).user_id, self.agent)

    def test_what_the_robot_did_alone(self):
        chat = self._begin()
        self._say(chat)
        self._say(chat, body="Thanks, robot")
        self.assertFalse(self._end(chat))
        waiting = self._begin()
        self._say(waiting)
        waiting.livechat_failure = "no_agent"
        self.assertFalse(self._end(waiting).user_id)
        self.assertTrue(self._find(waiting))

    def test_who_left_a_way_back_with_the_robot(self):
        chat = self._begin(country_id=self.env.ref("base.tw").id)
        self._say(chat)
        self._answer_robot(chat, "question_email", "lin@clinic.example")
        self._answer_robot(chat, "question_phone", "0912 345 678")
        contact = self._end(chat)
        self.assertEqual(contact.email_normalized, "lin@clinic.example")
        self.assertEqual(contact.phone_sanitized, "+886912345678")
        self.assertFalse(contact.user_id)

    def test_what_somebody_says_of_themselves_is_not_believed(self):
        self.customer.email = "boss@clinic.example"
        chat = self._begin()
        self._say(chat)
        self._answer_robot(chat, "question_email", "boss@clinic.example")
        contact = self._end(chat)
        self.assertFalse(contact.partner_id)
        self.assertEqual(contact.email, "boss@clinic.example")

    def test_a_customer_with_a_login_is_known(self):
        contact = self._end(self._talk(customer=self.customer))
        self.assertEqual(contact.partner_id, self.customer)
        self.assertEqual(contact.phone, "+32 2 290 34 90")
        self.assertFalse(contact.caller_name)

    def test_the_language_of_who_is_no_customer(self):
        chinese = self.env["res.lang"]._activate_lang("zh_TW")
        chat = self._talk()
        guest = chat.livechat_customer_guest_ids
        guest.lang = "zh_TW"
        self.assertEqual(self._end(chat).lang, "zh_TW", "the browser's")
        english = self.env["res.lang"]._lang_get("en_US")
        for customer, lang, expected in (
            (None, english, "en_US"),
            (None, self.env["res.lang"], False),
            (self.customer, chinese, False),
        ):
            chat = self._talk(customer=customer, livechat_lang_id=lang.id)
            self.assertEqual(self._end(chat).lang, expected)

    def test_a_language_that_is_gone_keeps_nobody_from_leaving(self):
        chinese = self.env["res.lang"]._activate_lang("zh_TW")
        chat = self._talk(livechat_lang_id=chinese.id)
        chat.livechat_customer_guest_ids.lang = "zh_TW"
        chinese.active = False
        contact = self._end(chat)
        self.assertTrue(contact)
        self.assertFalse(contact.lang)

    def test_a_customer_of_another_company_stays_hidden(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.customer.company_id = other
        contact = self._end(self._talk(customer=self.customer))
        self.assertTrue(contact)
        self.assertFalse(contact.partner_id)

    def test_the_company_is_that_of_the_listening_post(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.agent.company_ids = [Command.link(other.id)]
        self.team.company_id = False
        self.post.company_id = other
        chats = self._talk() | self._talk(self.colleague)
        contacts = self._end(chats)
        self.assertEqual(contacts.company_id, other)
        # The colleague does not work there.
        self.assertEqual(len(contacts), 2)
        self.assertEqual(contacts.user_id, self.agent)

    def test_we_have_turned_to_them(self):
        chat = self._talk()
        self.env.cr.execute(
            "UPDATE discuss_channel SET create_uid = %s WHERE id = %s",
            [self.agent.id, chat.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._end(chat).direction, "out")

    def test_outside_the_promised_hours(self):
        self.team.service_calendar_id = self.env["resource.calendar"].create(
            {
                "name": "Monday morning",
                "tz": "UTC",
                "attendance_ids": [
                    Command.clear(),
                    Command.create(
                        {"name": "Mo", "dayofweek": "0", "hour_from": 8, "hour_to": 12}
                    ),
                ],
            }
        )
        for moment, is_outside in (("09:00", False), ("13:00", True)):
            chat = self._talk()
            self.env.cr.execute(
                "UPDATE discuss_channel SET create_date = %s WHERE id = %s",
                [f"2025-11-24 {moment}:00", chat.id],
            )
            self.env.invalidate_all()
            contact = self._end(chat)
            self.assertEqual(contact.is_outside_hours, is_outside, moment)

    def test_a_repeat_across_channels_is_proposed(self):
        late = self.reason
        before = self.env["crm.service.contact"].create(
            {"partner_id": self.customer.id, "reason_id": late.id, "channel": "phone"}
        )
        tag = self._create_tag("Late", late)
        chat = self._talk(customer=self.customer)
        chat.livechat_conversation_tag_ids = tag
        self.assertEqual(self._end(chat).proposed_previous_id, before)

    # === TAGS AND NOTES === #

    def _create_tag(self, name, reason=None):
        return self.env["im_livechat.conversation.tag"].create(
            {"name": name, "service_reason_id": reason and reason.id}
        )

    def test_the_tags_propose_the_reason(self):
        invoice = self.env.ref("crm_referral_service.reason_how_to")
        late = self._create_tag("Late", self.reason)
        delay = self._create_tag("Delay", self.reason)
        wrong = self._create_tag("Invoice", invoice)
        other = self._create_tag("Sunny")
        for tags, reason in (
            (late | other, self.reason),
            (late | delay, self.reason),
            (late | wrong, invoice.browse()),
            (other, invoice.browse()),
        ):
            chat = self._talk()
            chat.livechat_conversation_tag_ids = tags
            self.assertEqual(self._end(chat).reason_id, reason, tags.mapped("name"))

    def test_a_reason_that_is_no_longer_chosen_is_not_proposed(self):
        tag = self._create_tag("Late", self.reason)
        self.reason.active = False
        chat = self._talk()
        chat.livechat_conversation_tag_ids = tag
        contact = self._end(chat)
        self.assertTrue(contact)
        self.assertFalse(contact.reason_id)

    def test_what_is_noted_after_the_end(self):
        tag = self._create_tag("Late", self.reason)
        chat = self._talk()
        contact = self._end(chat)
        chat.livechat_conversation_tag_ids = tag
        chat.livechat_note = "<p>Call</p>"
        chat.livechat_note = "<p>Call on Monday</p>"
        self.assertEqual(contact.reason_id, self.reason)
        self.assertEqual(contact.note, "Call on Monday")

    def test_what_was_written_in_the_log_stays(self):
        invoice = self.env.ref("crm_referral_service.reason_how_to")
        tag = self._create_tag("Late", self.reason)
        chat = self._talk()
        contact = self._end(chat)
        contact.write({"reason_id": invoice.id, "note": "My own"})
        chat.livechat_conversation_tag_ids = tag
        chat.livechat_note = "<p>Call</p>"
        self.assertEqual(contact.reason_id, invoice)
        self.assertEqual(contact.note, "My own")

    def test_what_is_done_stays(self):
        chat = self._talk()
        contact = self._end(chat)
        contact.write({"reason_id": self.reason.id, "state": "done"})
        chat.livechat_note = "<p>Call</p>"
        self.assertFalse(contact.note)

    # === HARDSHIP === #

    def test_one_that_fails_stops_no_other(self):
        chats = self._talk() | self._talk() | self._talk()
        bad = chats[1]
        prepare = discuss_channel.DiscussChannel._prepare_service_contact

        def fail(chat, company, reason):
            values = prepare(chat, company, reason)
            return {**values, "contacted_on": False} if chat == bad else values

        with (
            patch.object(
                self.env.registry["discuss.channel"], "_prepare_service_contact", fail
            ),
            mute_logger("odoo.sql_db"),
            self.assertLogs(LOGGER, "WARNING") as logs,
        ):
            contacts = self._end(chats)
        self.assertEqual(contacts.discuss_channel_id, chats - bad)
        self.assertTrue(bad.livechat_end_dt)
        self.assertEqual(len(logs.output), 1)

    def test_many_that_nobody_answered(self):
        """Ten thousand conversations of a program are no ten thousand contacts."""
        chats = self.env["discuss.channel"]
        for _number in range(4):
            chats |= self._begin(self.agent)
            self._say(chats[-1])
        answered = self._talk()
        with (
            patch.object(discuss_channel, "UNANSWERED_PER_POST", 3),
            self.assertLogs(LOGGER, "WARNING"),
        ):
            self.assertEqual(len(self._end(chats | answered)), 4)
        self.assertTrue(self._find(answered))

    def test_queries_of_many_that_end_in_a_job(self):
        """What the log costs beyond what Odoo does to end them."""
        counts = {}
        for is_logged in (True, False):
            self.livechat.service_post_id = is_logged and self.post
            for size in (1, 21):
                chats = self.env["discuss.channel"]
                for _number in range(size):
                    chats |= self._talk()
                self.env.flush_all()
                self.env.invalidate_all()
                counts[is_logged, size] = self._count(chats)
                self.assertEqual(len(self._find(chats)), size * is_logged)
        many = counts[True, 21] - counts[False, 21]
        few = counts[True, 1] - counts[False, 1]
        self.assertLessEqual(few, 16)
        self.assertLessEqual((many - few) / 20, 1)

    def _count(self, chats):
        before = self.env.cr.sql_log_count
        chats.livechat_end_dt = self.env.cr.now()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_a_conversation_that_goes_leaves_the_contact(self):
        chat = self._talk(guest="A. Lin")
        contact = self._end(chat)
        chat.unlink()
        self.env.invalidate_all()
        self.assertTrue(contact.exists())
        self.assertFalse(contact.discuss_channel_id)
        self.assertEqual(contact.caller_name, "A. Lin")

    def test_who_is_forgotten_is_not_found_by_the_conversation(self):
        self.env.company.unknown_caller_months = 6
        contact = self._end(self._talk(guest="A. Lin"))
        known = self._end(self._talk(customer=self.customer))
        (contact | known).contacted_on = self.env.cr.now() - timedelta(days=250)
        self._run_cron("forget_unknown")
        self.assertFalse(contact.caller_name)
        self.assertFalse(contact.discuss_channel_id)
        self.assertTrue(known.discuss_channel_id)
