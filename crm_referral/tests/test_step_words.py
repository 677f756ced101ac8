from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.crm_guided_conversation.tools.placeholders import PLACEHOLDER

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestTalkTrack(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_TW")
        cls.referral = cls._create_referral()

    def test_filled_in_for_the_customer(self):
        self.step["benefits"].talk_track = (
            "Hello {{ object.partner_id.name }}, {{ object.user_id.name }} here: "
            "{{ object.benefit_summary ||| our work }}."
        )
        self.assertEqual(
            self.referral.talk_track, "Hello Ann Archer, Rep here: our work."
        )
        self.referral.benefit_ids = self._create_benefit(measure="before: nine")
        self.assertEqual(
            self.referral.talk_track,
            "Hello Ann Archer, Rep here: Closing takes two days, before: nine.",
        )

    def test_every_shipped_talk_track_renders_for_a_rep(self):
        for step in self.steps:
            with self.subTest(step=step.code):
                # A new request that only looks as if it were in that step.
                referral = self.env["crm.referral"].with_user(self.rep)
                rendered = referral.new(
                    {"partner_id": self.customer.id, "step_id": step.id}
                ).talk_track
                self.assertTrue(rendered)
                for leftover in ("{", "}", "|||", "(", "[", "False"):
                    self.assertNotIn(leftover, rendered)

    def test_language_of_the_customer(self):
        self.step["benefits"].with_context(
            lang="en_US"
        ).talk_track = (
            "Hello {{ object.partner_id.name }}: {{ object.motive_summary ||| well }}"
        )
        self.step["benefits"].with_context(
            lang="zh_TW"
        ).talk_track = "您好,{{ object.partner_id.name }}:{{ object.motive_summary }}"
        motives = self.env["crm.referral.motive"].create(
            [
                {"name": "Helping", "spoken": "You help."},
                {"name": "Standing", "spoken": "Others ask you"},
            ]
        )
        for motive, words in zip(
            motives, ("您幫得上朋友", "同行都會來請教您。"), strict=True
        ):
            motive.with_context(lang="zh_TW").spoken = words
        self.referral.motive_ids = motives
        in_english = self._create_referral(partner_id=self.other_customer.id)
        self.customer.lang = "zh_TW"
        both = self.referral | in_english
        self.assertEqual(
            both.mapped("talk_track"),
            [
                "您好,Ann Archer:您幫得上朋友。同行都會來請教您。",
                "Hello Carl Carter: well",
            ],
        )
        self.referral.spoken_lang = "en_US"
        self.assertEqual(
            self.referral.talk_track, "Hello Ann Archer: You help. Others ask you."
        )

    def test_every_shipped_motive_is_a_sentence_to_the_customer(self):
        for motive in self.env["crm.referral.motive"].search([]):
            with self.subTest(motive=motive.name):
                self.assertRegex(motive.spoken, r"\b[Yy]ou(r own)?\b.*\.$")
                self.assertNotRegex(motive.spoken, r"\b([Tt]hey|[Tt]heir|[Tt]hem)\b")

    def test_nothing_in_the_words_is_an_instruction(self):
        """What is said while nothing is noted yet is said to the customer."""
        for step in self.steps:
            for match in PLACEHOLDER.finditer(step.talk_track):
                with self.subTest(step=step.code, placeholder=match[0]):
                    self.assertNotRegex(
                        (match[2] or "").strip(),
                        r"(?i)^[(\[<]|^(tell|name|say|note|add|write|mention)\b",
                    )

    def test_language_that_is_not_installed_any_more(self):
        self.customer.lang = "zh_TW"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET lang = 'xx_XX' WHERE id = %s", [self.customer.id]
        )
        self.env.invalidate_all()
        self.assertIn("Ann Archer", self.referral.talk_track)

    def test_hostile_names_stay_text(self):
        for name in (
            "<script>alert(1)</script>",
            "{{ object.env.cr.dbname }}",
            "{{ 7 * 7 }}",
            "a ||| b",
            "%(name)s & co",
        ):
            self.step["benefits"].talk_track = "Hello {{ object.partner_id.name }}!"
            self.customer.name = name
            with self.subTest(name=name):
                self.assertEqual(self.referral.talk_track, f"Hello {name}!")

    def test_manager_may_change_the_words(self):
        step = self.step["benefits"].with_user(self.manager)
        step.write(
            {"name": "Good Things", "talk_track": "Hi {{ object.partner_id.name }}"}
        )
        self.assertEqual(self.referral.talk_track, "Hi Ann Archer")

    def test_only_listed_placeholders(self):
        step = self.step["benefits"].with_user(self.manager)
        for placeholder in (
            "{{ object.env.user.password }}",
            "{{ object.sudo().partner_id.name }}",
            "{{ 7 * 7 }}",
            "{{ object.partner_id.name.upper() }}",
            "{{ ( }}",
        ):
            with (
                self.subTest(placeholder),
                self.assertRaises(UserError),
            ):
                step.talk_track = f"Hello {placeholder}"

    def test_only_listed_placeholders_for_template_editors_too(self):
        step = self.step["benefits"]
        with self.assertRaisesRegex(ValidationError, "object.benefit_summary"):
            step.talk_track = "Hello {{ object.user_id.login }}"

    def test_only_listed_placeholders_in_translations(self):
        step = self.step["benefits"]
        with self.assertRaises(ValidationError):
            step.with_context(lang="zh_TW").talk_track = "{{ object.user_id.login }}"
        with self.assertRaises(ValidationError):
            step.update_field_translations(
                "talk_track", {"zh_TW": "{{ object.user_id.login }}"}
            )

    def test_rep_may_not_change_the_words(self):
        with self.assertRaises(AccessError):
            self.step["benefits"].with_user(self.rep).name = "Mine"

    def test_codes_and_order_are_fixed(self):
        step = self.step["benefits"].with_user(self.manager)
        for vals in ({"code": "other"}, {"sequence": 99}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "fixed"):
                step.write(vals)
        step.write({"code": "benefits", "sequence": step.sequence, "name": "Good"})
        self.assertEqual(step.name, "Good")

    def test_steps_cannot_be_added_or_deleted(self):
        step = self.step["benefits"].with_user(self.manager)
        with self.assertRaises(AccessError):
            step.unlink()
        with self.assertRaises(AccessError):
            step.create({"name": "Seventh", "code": "seventh", "sequence": 70})
