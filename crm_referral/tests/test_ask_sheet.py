from unittest.mock import patch

from lxml import html

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import ReferralCase, ReferralCommon

REPORT = "crm_referral.report_ask_sheet"


@tagged("post_install", "-at_install")
class TestAskSheet(ReferralCommon):
    """What a rep takes along: words of all steps, what we know, room to write."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_TW")
        cls.referral = cls._create_referral()

    def _render(self, referrals=None, user=None, **context):
        referrals = referrals or self.referral
        Report = self.env["ir.actions.report"].with_user(user or self.rep)
        content, kind = Report.with_context(**context)._render_qweb_html(
            REPORT, referrals.ids
        )
        self.assertEqual(kind, "html")
        return html.fromstring(content)

    def _get_step(self, sheet, code):
        return " ".join(
            sheet.xpath(f"//section[@data-step='{code}']")[0].text_content().split()
        )

    def test_six_steps_with_words_and_lines(self):
        sheet = self._render()
        steps = sheet.xpath("//section[@data-step]")
        self.assertEqual(
            [step.get("data-step") for step in steps],
            self.steps.mapped("code"),
        )
        for step in steps:
            with self.subTest(step=step.get("data-step")):
                self.assertTrue(step.xpath(".//*[hasclass('o_ask_sheet_say')]//p"))
                self.assertGreaterEqual(
                    len(step.xpath(".//*[hasclass('o_ask_sheet_line')]")), 2
                )
        self.assertIn(
            "Hello Ann Archer, this is Rep.", self._get_step(sheet, "benefits")
        )

    def test_what_we_know(self):
        self.referral.write(
            {
                "benefit_ids": [
                    Command.link(self._create_benefit(measure="nine before").id)
                ],
                "challenge": "Late nights",
                "improvement": "Home at six",
                "motive_ids": [Command.link(self.motive.id)],
                "motive_note": "My brother would laugh",
                "promise": "I call you on Friday",
            }
        )
        self._create_candidate(
            self.referral, customer_answer="Ask her after Easter", function="Dentist"
        )
        self._create_prepared(self.referral, name="Paula Prepared")
        sheet = self._render()
        for code, known in (
            ("benefits", ("Closing takes two days", "nine before")),
            ("profile", ("Late nights", "Home at six")),
            (
                "value",
                (self.motive.name, "My brother would laugh", "call you on Friday"),
            ),
            ("suggest", ("Paula Prepared", "Bob Builder", "Ask her after Easter")),
            ("introduce", ("Bob Builder", "E-mail", "Suggested")),
            ("follow_through", ("Bob Builder", "their industry")),
        ):
            text = self._get_step(sheet, code)
            for part in known:
                with self.subTest(step=code, part=part):
                    self.assertIn(part, text)

    def test_prepared_names_stand_with_us_not_with_the_words(self):
        self._create_prepared(self.referral, name="Paula Prepared")
        sheet = self._render()
        said = " ".join(
            part.text_content()
            for part in sheet.xpath("//*[hasclass('o_ask_sheet_say')]")
        )
        self.assertNotIn("Paula Prepared", said)

    def test_words_in_the_language_of_the_customer(self):
        self.customer.lang = "zh_TW"
        self.step["benefits"].with_context(lang="zh_TW").talk_track = "您好"
        self.step["benefits"].with_context(lang="zh_TW").name = "好處"
        sheet = self._render(lang="en_US")
        said = sheet.xpath(
            "//section[@data-step='benefits']//*[hasclass('o_ask_sheet_say')]"
        )
        self.assertEqual(said[0].text_content().strip(), "您好")
        self.assertEqual(said[0].get("lang"), "zh-TW")
        self.assertNotIn("好處", sheet.text_content())

    def test_notes_stay_text(self):
        self.referral.challenge = "<script>alert(1)</script>\nsecond line"
        sheet = self._render()
        self.assertFalse(sheet.xpath("//section//script"))
        self.assertIn("<script>alert(1)</script>", self._get_step(sheet, "profile"))

    def test_several_at_once(self):
        other = self._create_referral(partner_id=self.other_customer.id)
        sheet = self._render(self.referral | other)
        self.assertEqual(len(sheet.xpath("//section[@data-step='benefits']")), 2)
        self.assertEqual(len(sheet.xpath("//*[hasclass('article')]")), 2)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_whose_it_is(self):
        for user in (self.colleague, self.foreign_rep, self.employee, self.portal):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    self._render(user=user)
                for name in ("action_ask_sheet", "action_ask_sheet_page"):
                    with self.assertRaises(AccessError):
                        getattr(self.referral.with_user(user), name)()
        self.assertIn("Ann Archer", self._render(user=self.manager).text_content())

    def test_pdf_is_no_requirement(self):
        """The button opens the PDF; where the server makes none, the page."""
        Report = type(self.env["ir.actions.report"])
        page = f"/report/html/{REPORT}/{self.referral.id}"
        for state, kind in (
            ("ok", "ir.actions.report"),
            ("install", "ir.actions.act_url"),
            ("broken", "ir.actions.act_url"),
            ("workers", "ir.actions.act_url"),
        ):
            with (
                self.subTest(state=state),
                patch.object(
                    Report, "get_wkhtmltopdf_state", lambda report, state=state: state
                ),
            ):
                action = self.referral.action_ask_sheet()
                self.assertEqual(action["type"], kind)
                if kind == "ir.actions.act_url":
                    self.assertEqual(action["url"], page)
                else:
                    self.assertEqual(action["report_name"], REPORT)
                self.assertEqual(self.referral.action_ask_sheet_page()["url"], page)

    def test_pdf(self):
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() not in (
            "ok",
            "workers",
        ):
            self.skipTest("wkhtmltopdf is not installed")
        with self.allow_pdf_render():
            Report = self.env["ir.actions.report"].with_user(self.rep)
            content, kind = Report.with_context(
                force_report_rendering=True
            )._render_qweb_pdf(REPORT, self.referral.ids)
        self.assertEqual(kind, "pdf")
        self.assertTrue(content.startswith(b"%PDF"))


@tagged("post_install", "-at_install")
class TestOwnFigures(ReferralCommon):
    """One honest line for who hesitates: what came of their own requests."""

    def _end(self, count, outcome, user=None):
        """Requests that ended; how they came there does not matter here."""
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(count)]
        )
        referrals = self.env["crm.referral"].create(
            [
                {"partner_id": partner.id, "user_id": (user or self.rep).id}
                for partner in partners
            ]
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_referral SET outcome = %s WHERE id IN %s",
            [outcome, referrals._ids],
        )
        self.env.invalidate_all()

    def _get_line(self, user=None, **vals):
        referral = self._create_referral(user, **vals)
        line = referral.own_figures
        referral.sudo().unlink()
        return line

    def test_says_what_is_so(self):
        self._end(3, outcome="introduced")
        self.assertFalse(self._get_line(), "three say nothing")
        self._end(3, outcome="cancelled")
        self._end(6, outcome="introduced", user=self.colleague)
        self.assertEqual(
            self._get_line(), "3 of your 6 requests ended with an introduction."
        )
        self.assertEqual(
            self._get_line(self.colleague),
            "6 of your 6 requests ended with an introduction.",
        )

    def test_says_nothing_where_it_would_not_help(self):
        self._end(7, outcome="no_candidate")
        self.assertFalse(self._get_line())

    def test_is_for_the_one_who_asks(self):
        self._end(5, outcome="introduced")
        referral = self._create_referral()
        self.assertTrue(referral.own_figures)
        self.assertFalse(referral.with_user(self.manager).own_figures)
        self._walk_to(referral, "follow_through")
        self.assertFalse(referral.own_figures, "everybody has been asked")

    def test_costs_one_query_for_all(self):
        self._end(5, outcome="introduced")
        referrals = self._create_referral() | self._create_referral(
            partner_id=self.other_customer.id
        )
        self.env.flush_all()
        referrals.mapped(lambda r: (r.user_id, r.step_code, r.outcome))
        with self.assertQueryCount(1):
            referrals.mapped("own_figures")


@tagged("post_install", "-at_install")
class TestAskSheetPage(HttpCase, ReferralCase):
    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_page(self):
        referral = self._create_referral()
        url = referral.action_ask_sheet_page()["url"]
        self.authenticate(self.rep.login, self.rep.login)
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        page = html.fromstring(response.content)
        self.assertEqual(len(page.xpath("//section[@data-step]")), 6)
        self.assertTrue(page.xpath("//meta[@name='viewport']"))
        self.authenticate(self.colleague.login, self.colleague.login)
        refused = self.url_open(url)
        self.assertEqual(refused.status_code, 403)
        self.assertNotIn("Ann Archer", refused.text)
        self.authenticate(None, None)
        response = self.url_open(url, allow_redirects=False)
        self.assertIn("/web/login", response.headers["Location"])
