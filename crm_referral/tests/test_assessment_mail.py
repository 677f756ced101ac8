from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_assessment.tools.personal_link import PATH
from odoo.addons.mail.tests.common import MailCase

from .common import NOW
from .test_assessment_send import SendCase

MUTED = "odoo.addons.mail.models.mail_mail"


class LinkMailCase(SendCase, MailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._init_mail_gateway()
        cls.env["ir.config_parameter"].sudo().set_param("mail.catchall.domain", "x.com")

    def _start(self, user=None, **values):
        round_ = self._prepare(user, **values)
        round_._start()
        return round_

    def _send_queue(self, error=None):
        """Hand the mails to a mail server, which may refuse them."""
        mails = self.env["mail.mail"].search([("state", "=", "outgoing")])
        with self.mock_mail_gateway(mail_unlink_sent=True), mute_logger(MUTED):
            if error:
                with patch.object(
                    type(self.env["ir.mail_server"]), "send_email", side_effect=error
                ):
                    mails.send()
            else:
                mails.send()
            to_customer = [
                email
                for email in self._mails
                if email["email_to"] == [self.person.email_formatted]
            ]
        self.env.invalidate_all()
        return to_customer

    def _get_failures(self, round_):
        return round_.activity_search(
            ["crm_assessment.mail_activity_type_mail_failed"], only_automated=False
        )

    def _get_token(self, round_):
        return self._get_form(round_).access_token


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestLinkStaysWithTheCustomer(LinkMailCase):
    def _assert_no_token(self, round_, where):
        """In no message, mail or notification that is kept."""
        self.env.flush_all()
        token = self._get_token(round_)
        for model, fname in (
            ("mail.message", "body"),
            ("mail.message", "subject"),
            ("mail.mail", "body_html"),
            ("mail.notification", "failure_reason"),
            ("mail.activity", "note"),
        ):
            found = self.env[model].search([(fname, "ilike", token)])
            self.assertFalse(found, (where, model))

    def test_the_mail_server_gets_the_link_and_nobody_else(self):
        round_ = self._start()
        self._assert_no_token(round_, "queued")
        [email] = self._send_queue()
        self.assertIn(f"{PATH}/{self._get_token(round_)}", email["body"])
        self.assertIn(self._get_token(round_), email["body_alternative"])
        self._assert_no_token(round_, "sent")
        self.assertIn("Hello Anita Oliver", round_.message_ids[0].body)

    def test_other_ways_to_use_the_templates(self):
        """Whoever writes with our templates, previews or composes: no link."""
        round_ = self._start()
        self._send_queue()
        token = self._get_token(round_)
        templates = self.Round._get_link_template()
        templates |= self.Round._get_link_template(is_reminder=True)
        rep = self.rep
        for template in templates.with_user(rep):
            body = template._render_field("body_html", round_.ids)[round_.id]
            self.assertNotIn(token, body)
            preview = (
                self.env["mail.template.preview"]
                .with_user(self.env.ref("base.user_admin"))
                .create(
                    {
                        "mail_template_id": template.id,
                        "resource_ref": f"{round_._name},{round_.id}",
                    }
                )
            )
            self.assertNotIn(token, preview.body_html)
            template.send_mail(round_.id, email_values={"recipient_ids": []})
            round_.message_mail_with_source(
                template, partner_ids=[self.rep.partner_id.id]
            )
            composer = (
                self.env["mail.compose.message"]
                .with_user(rep)
                .create(
                    {
                        "model": round_._name,
                        "res_ids": str(round_.ids),
                        "template_id": template.id,
                        "partner_ids": [Command.set(rep.partner_id.ids)],
                    }
                )
            )
            self.assertNotIn(token, composer.body)
            composer._action_send_mail()
        self._assert_no_token(round_, "composed")
        self._send_queue()
        for email in self._mails:
            if email["email_to"] != [self.person.email_formatted]:
                self.assertNotIn(token, email["body"], email["email_to"])
        self._assert_no_token(round_, "composed and sent")

    def test_a_colleagues_address_gets_no_link(self):
        """Neither when it is the contact's from the start, nor a minute later."""
        round_ = self._prepare()
        self.person.email = self.rep.partner_id.email
        self.assertIn("of a colleague", round_._get_mail_problem())
        self.person.email = "anita@example.com"
        round_._start()
        self.person.email = self.rep.partner_id.email
        self._send_queue()
        self.assertEqual(round_.mail_state, "failed")
        with self.assertRaisesRegex(UserError, "of a colleague"):
            round_.action_resend_link()

    def test_a_reply_and_a_bounce_quote_no_link(self):
        round_ = self._start()
        link = self._get_form(round_)._get_link()
        message = round_.with_user(self.env.user).message_post(
            body=f"You wrote: {link}", message_type="email"
        )
        self.assertIn("You wrote", message.body)
        self.assertNotIn(self._get_token(round_), message.body)
        notification = round_.sudo().link_message_id.notification_ids
        notification.write({"failure_reason": f"returned: {link}"})
        self.assertIn("returned", notification.failure_reason)
        self._assert_no_token(round_, "bounced")

    def test_what_is_not_asked_any_more_is_not_sent(self):
        for method in ("action_revoke_link", "action_cancel", "action_close"):
            round_ = self._start()
            getattr(round_.sudo(), method)()
            self.assertEqual(
                self.env["mail.mail"]
                .search([("mail_message_id", "=", round_.link_message_id.id)])
                .state,
                "cancel",
            )
            self.assertFalse(self._send_queue(), method)
            self.assertNotEqual(round_.mail_state, "sent")
            if round_.state == "open":
                round_.action_cancel()


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestWhatBecomesOfTheMail(LinkMailCase):
    def _assert_failed(self, round_, text, user=None):
        self.assertEqual(round_.mail_state, "failed")
        self.assertRegex(round_.mail_failure, text)
        activity = self._get_failures(round_)
        self.assertEqual(activity.user_id, user or self.rep)
        self.assertRegex(activity.note, text)
        self.assertIn(round_, self.Round.search([("mail_state", "=", "failed")]))

    def test_sent_is_what_a_mail_server_took(self):
        round_ = self._start()
        self.assertEqual(round_.mail_state, "outgoing")
        self._send_queue()
        self.assertEqual(round_.mail_state, "sent")
        self.assertFalse(self._get_failures(round_))

    def test_refused(self):
        round_ = self._start()
        before = self.env["mail.message"].search([], order="id desc", limit=1).id
        self._send_queue(error=Exception("550 mailbox unavailable"))
        self._assert_failed(round_, "550 mailbox unavailable")
        told = self.env["mail.message"].search(
            [("id", ">", before), ("partner_ids", "in", self.rep.partner_id.ids)]
        )
        self.assertIn("did not reach", " ".join(filter(None, told.mapped("subject"))))
        self.assertEqual(
            round_.link_message_id.notification_ids.notification_status, "exception"
        )

    def test_no_mail_server(self):
        round_ = self._start()
        mails = self._get_link_mails(self.person)
        with (
            self.mock_mail_gateway(),
            patch.object(
                type(self.env["ir.mail_server"]),
                "_connect__",
                side_effect=ConnectionRefusedError,
            ),
            mute_logger(MUTED),
        ):
            mails.send()
        self._assert_failed(round_, "could not be reached")

    def test_who_answers_was_reached(self):
        """By the link that was passed on; nobody is told to mend the address then."""
        round_ = self._start()
        self._send_queue(error=Exception("550"))
        self.assertTrue(self._get_failures(round_))
        form = round_.sudo().assessment_ids.filtered(
            lambda a: a.viewpoint == "customer"
        )
        scale = form.line_ids.filtered(lambda line: line.kind == "scale")
        scale.option_id = form.framework_id.scale_id.option_ids[:1]
        form.action_done()
        self.assertEqual(round_.state, "open")
        self.assertFalse(round_.mail_state)
        self.assertFalse(round_.mail_failure)
        self.assertFalse(self._get_failures(round_))
        round_._on_mail_failed("came back late")
        self.assertFalse(round_.mail_state)

    def test_mended_and_sent_again(self):
        round_ = self._start()
        self._send_queue(error=Exception("550"))
        round_.contact_email = "new@example.com"
        self.assertEqual(self.person.email, "new@example.com")
        round_.action_resend_link()
        self.assertEqual(round_.mail_state, "outgoing")
        [email] = self._send_queue()
        self.assertIn(self._get_token(round_), email["body"])
        self.assertEqual(round_.mail_state, "sent")
        self.assertFalse(round_.mail_failure)
        self.assertFalse(self._get_failures(round_))

    def test_no_address(self):
        self.person.email = False
        round_ = self._prepare(contact_id=self.person.id)
        send = self.env["crm.assessment.send"].with_user(self.rep)
        send = send.create({"round_id": round_.id})
        self.assertEqual(send.delivery, "hand")
        send.delivery = "mail"
        self.assertIn("no e-mail address", send.blockers)
        round_._start()
        self._assert_failed(round_, "no e-mail address")
        self.person.email = "Anita at example"
        with self.assertRaisesRegex(UserError, "is no e-mail address"):
            round_.action_resend_link()

    def _bounce(self, round_, email="anita@example.com"):
        message = round_.sudo().link_message_id
        self.env["mail.thread"].sudo()._routing_handle_bounce(
            None,
            {
                "bounced_email": email,
                "bounced_partner": self.person,
                "bounced_msg_ids": [message.message_id],
                "bounced_message": message,
                "body": "<p>Mailbox full</p>",
                "email_from": "MAILER-DAEMON@x.com",
                "to": "bounce@x.com",
                "message_id": "<bounce>",
            },
        )
        self.env.invalidate_all()

    def test_came_back(self):
        round_ = self._start()
        self._send_queue()
        self._bounce(round_)
        self._assert_failed(round_, "anita@example.com came back")
        self.assertEqual(
            round_.link_message_id.notification_ids.notification_status, "bounce"
        )
        self._bounce(round_)
        self.assertEqual(len(self._get_failures(round_)), 1, "said once")

    def test_came_back_after_the_address_was_mended(self):
        round_ = self._start()
        self._send_queue()
        self.person.email = "new@example.com"
        round_.action_resend_link()
        self._send_queue()
        self._bounce(round_)
        self.assertEqual(round_.mail_state, "sent")

    def test_failure_of_a_round_that_is_over(self):
        round_ = self._start()
        self._send_queue()
        round_.sudo().action_close()
        self._bounce(round_)
        self.assertFalse(self._get_failures(round_))

    def test_who_asked_has_left(self):
        round_ = self._start(self.manager, user_id=self.rep.id)
        self.manager.active = False
        self._send_queue(error=Exception("550"))
        self._assert_failed(round_, "550", self.leader)

    def test_the_reminder_counts_like_the_first_mail(self):
        round_ = self._start()
        self._send_queue()
        round_.sudo().deadline = "2026-03-03"
        self._run_cron("crm_assessment.ir_cron_assessment_remind")
        self.env.invalidate_all()
        self.assertEqual(round_.mail_state, "outgoing")
        self.assertIn("Your view still counts", round_.link_message_id.subject)
        self.assertIn(round_.link_message_id, round_.message_ids)
        self._send_queue(error=Exception("550"))
        self._assert_failed(round_, "550")

    def test_one_reminder_that_fails_stops_no_other(self):
        round_ = self._start()
        other = self.env["res.partner"].create(
            {"name": "Second Clinic", "email": "s@example.com", "user_id": self.rep.id}
        )
        second = self._prepare(partner_id=other.id)
        second._start()
        (round_ + second).sudo().write({"deadline": "2026-03-03"})
        render = type(self.env["mail.template"])._generate_template

        def fail_for_one(template, res_ids, *args, **kwargs):
            if round_.id in res_ids:
                raise ValueError("This template cannot be rendered")
            return render(template, res_ids, *args, **kwargs)

        with (
            patch.object(
                type(self.env["mail.template"]), "_generate_template", fail_for_one
            ),
            mute_logger("odoo.addons.crm_foundation.models.crm_batch_mixin"),
        ):
            self._run_cron("crm_assessment.ir_cron_assessment_remind")
        self.env.invalidate_all()
        self.assertTrue(second.reminded_on)
        self.assertFalse(round_.reminded_on, "tried again in the next run")
        self.assertTrue(round_.activity_ids)
        self._run_cron("crm_assessment.ir_cron_assessment_remind")
        self.env.invalidate_all()
        self.assertTrue(round_.reminded_on)

    def test_a_queue_that_stands_still(self):
        round_ = self._start()
        with freeze_time("2026-03-03 08:00:00"):
            self._run_cron("crm_assessment.ir_cron_assessment_remind")
            self.assertEqual(round_.mail_state, "outgoing")
        with freeze_time("2026-03-03 10:00:00"):
            self._run_cron("crm_assessment.ir_cron_assessment_remind")
            self.env.invalidate_all()
            self._assert_failed(round_, "more than a day")
        self._send_queue()
        self.assertEqual(round_.mail_state, "sent", "it went out after all")
        self.assertFalse(self._get_failures(round_))
