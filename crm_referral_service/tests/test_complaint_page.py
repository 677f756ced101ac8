from datetime import timedelta

from odoo.tests import HttpCase, tagged
from odoo.tools import hmac

from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestComplaintPage(ServiceCommon, HttpCase):
    """The customer sees how far we are, and has the last word."""

    def setUp(self):
        super().setUp()
        self.complaint = self._create_complaint()

    def _open(self, method="GET", **kwargs):
        self.env.flush_all()
        return self.url_open(
            f"/service/complaint/{self.complaint.sudo().access_token}",
            method=method,
            **kwargs,
        )

    def _post(self, token=None, **data):
        page = self._open().text
        if token is None:
            token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        return self._open("POST", data={"csrf_token": token, **data})

    def _get_form_token(self):
        secret = self.complaint.sudo().access_token
        return hmac(self.env(su=True), "personal_link.crm.complaint", secret)

    def _go_to(self, code):
        return self._fill_in(self.complaint, code)

    def test_page_says_until_when(self):
        response = self._open()
        self.assertEqual(response.status_code, 200)
        self.assertIn("You hear from us by", response.text)
        self.assertNotIn('name="solved"', response.text)
        self.assertEqual(response.headers["Cache-Control"], "no-store")

    def test_what_we_note_is_not_shown(self):
        self._go_to("address")
        self.complaint.our_part = "Never tell them this"
        text = self._open().text
        for secret in ("Never tell them this", "Delivery of Monday", "Nobody called"):
            self.assertNotIn(secret, text)

    def test_wrong_link(self):
        self.assertEqual(self.url_open("/service/complaint/x").status_code, 404)
        self.assertEqual(self.url_open("/service/complaint").status_code, 404)

    def test_who_wants_to_hear_what_we_did(self):
        self._go_to("test")
        self.assertNotIn('name="news"', self._open().text, "where to?")
        self.customer.email = "clinic@example.com"
        self.assertIn('name="news"', self._open().text)
        answers = {"do": "answer", "solved": "yes", "felt_heard": "yes"}
        self._post(**answers, news="1")
        self.env.invalidate_all()
        self.assertTrue(self.complaint.wants_news)
        self._post(**answers)
        self.env.invalidate_all()
        self.assertFalse(self.complaint.wants_news)

    def test_customer_answers_both_questions(self):
        self._go_to("test")
        self.assertIn('name="solved"', self._open().text)
        response = self._post(do="answer", solved="yes", felt_heard="yes", words="Thx")
        self.assertEqual(response.status_code, 200)
        self.assertIn("Thank you for being frank", response.text)
        self.complaint.invalidate_recordset()
        self.assertEqual(self.complaint.solved, "yes")
        self.assertEqual(self.complaint.tested_via, "page")
        self.assertTrue(
            self.complaint.sudo().activity_ids.filtered(
                lambda a: (
                    a.activity_type_id
                    == self.env.ref("crm_referral_service.mail_activity_type_page")
                )
            )
        )

    def test_programs_that_look_into_mails_answer_nothing(self):
        self._go_to("test")
        for method in ("GET", "HEAD"):
            self._open(
                method, params={"do": "answer", "solved": "yes", "felt_heard": "yes"}
            )
        self.complaint.invalidate_recordset()
        self.assertFalse(self.complaint.solved)

    def test_form_of_another_site_does_nothing(self):
        self._go_to("test")
        response = self._post("wrong", do="answer", solved="yes", felt_heard="yes")
        self.assertEqual(response.status_code, 400)
        self.complaint.invalidate_recordset()
        self.assertFalse(self.complaint.solved)

    def test_owner_hears_of_it_in_their_own_language(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        self.env["ir.module.module"].search(
            [("name", "=", "crm_referral_service")]
        )._update_translations(["zh_TW"])
        self.agent.lang = "zh_TW"
        self._go_to("test")
        self._post(do="answer", solved="yes", felt_heard="yes", words="Fine now")
        self.env.invalidate_all()
        [activity] = self.complaint.sudo().activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id
                == self.env.ref("crm_referral_service.mail_activity_type_page")
            )
        )
        self.assertEqual(activity.summary, "客戶在自己的頁面上回答了")
        bodies = self.complaint.sudo().message_ids.mapped("body")
        self.assertIn("「Fine now」", "".join(bodies))

    def test_half_an_answer_is_asked_for(self):
        self._go_to("test")
        response = self._post(do="answer", solved="yes", words="My words stay")
        self.assertEqual(response.status_code, 422)
        self.assertIn("My words stay", response.text)
        self.complaint.invalidate_recordset()
        self.assertFalse(self.complaint.solved)

    def test_customer_reopens(self):
        self.complaint.write(self._go_to("follow_through"))
        self.complaint.action_next_step()
        self.assertIn("It is not solved", self._open().text)
        self.assertEqual(self._post(do="reopen", words=" ").status_code, 422)
        self._post(do="reopen", words="It gurgles again")
        self.complaint.invalidate_recordset()
        self.assertFalse(self.complaint.outcome)
        self.assertEqual(self.complaint.reopen_reason, "It gurgles again")
        self.assertEqual(self.complaint.reopen_count, 1)

    def test_after_the_days_of_the_team_it_stays_closed(self):
        self.complaint.write(self._go_to("follow_through"))
        self.complaint.action_next_step()
        past = self.complaint.closed_on - timedelta(days=31)
        self.complaint.sudo().closed_on = past
        self.assertNotIn("It is not solved", self._open().text)
        token = self._get_form_token()  # of a page that was open for long
        response = self._post(token, do="reopen", words="Again")
        self.assertEqual(response.status_code, 422)
        self.complaint.invalidate_recordset()
        self.assertTrue(self.complaint.outcome)

    def test_nonsense_is_refused(self):
        self._go_to("test")
        for data in (
            {"do": "everything"},
            {"do": "answer", "solved": "maybe", "felt_heard": "yes"},
            {"do": "answer", "solved": "yes", "felt_heard": "yes", "words": "x" * 6000},
        ):
            self.assertEqual(self._post(**data).status_code, 422)
        self.complaint.invalidate_recordset()
        self.assertFalse(self.complaint.solved)

    def test_portal(self):
        portal = self._create_user("buyer", "base.group_portal")
        self.complaint.partner_id = portal.partner_id
        stranger = self._create_user("other-buyer", "base.group_portal")
        for user in (portal, stranger):
            user.sudo().password = "complaints"
        self.env.flush_all()
        self.authenticate(portal.login, "complaints")
        self.assertIn(self.complaint.name, self.url_open("/my/complaints").text)
        url = f"/my/complaints/{self.complaint.id}"
        self.assertIn(self.complaint.name, self.url_open(url).text)
        self.authenticate(stranger.login, "complaints")
        self.assertNotIn(self.complaint.name, self.url_open("/my/complaints").text)
        self.assertNotIn(self.complaint.name, self.url_open(url).text)
