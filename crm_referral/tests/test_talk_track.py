from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger
from odoo.tools.translate import TranslationImporter

from odoo.addons.crm_guided_conversation.tools.placeholders import fill_in, find_faults

from ..models.crm_referral_talk_track_mixin import PLACEHOLDERS
from .common import ReferralCommon

# Everything that Python, a regular expression or a browser takes for a blank.
BLANKS = (
    "\n\r\t\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
    "\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
)
CODE = "object.env['res.users'].sudo().browse(object.env.uid).login"
FAULTS = [
    f"||| {{{{ {CODE}\n}}}}",
    f"{{{{ object.partner_id.name ||| {{{{ {CODE} }}}} }}}}",
    f"{{{{ {CODE} }}}}",
    "{{ object.name }}",
    "{{ object.partner_id }}",
    "{{ object.contact_name }}",
    "{{ object.user_id.signature }}",
    "{{ object.partner_id.name or 7 }}",
    "{{ object.partner_id.name | upper }}",
    "{{object.partner_id.name.}}",
    "{{ }}",
    "{{ ||| words }}",
    "{{ object.partner_id.name",
    "object.partner_id.name }}",
    "{ object.partner_id.name }",
    "{{{ object.partner_id.name }}}",
    "{{ object.partner_id.name }} }}",
    "{% if 1 %}",
    "${ 1 }",
    "#{ 1 }",
    "\uff5b\uff5b object.partner_id.name \uff5d\uff5d",
    "words ||| other words",
    *(f"||| {{{{ {CODE}{blank}}}}}" for blank in BLANKS),
    *(f"{{{{{blank}object.partner_id.name }}}}" for blank in BLANKS),
    *(f"{{{{ object.partner_id.name{blank}}}}}" for blank in BLANKS),
]
NAMES = ("object.partner_id.name", "object.promise")


class TestPlaceholders(TransactionCase):
    """The text alone."""

    def test_filled_in(self):
        values = {"object.partner_id.name": "Ann", "object.promise": "I call you."}
        for text, words in (
            ("Hello {{ object.partner_id.name }}!", "Hello Ann!"),
            ("Hello {{object.partner_id.name}}!", "Hello Ann!"),
            ("Hi {{ object.partner_id.name ||| you }}", "Hi Ann"),
            (
                "You have my word: {{ object.promise }}.",
                "You have my word: I call you.",
            ),
            (
                "\u6211\u7b54\u61c9\uff1a{{ object.promise }}\u3002",
                "\u6211\u7b54\u61c9\uff1aI call you.",
            ),
            ("", ""),
            (False, ""),
        ):
            with self.subTest(text=text):
                self.assertFalse(find_faults(text, NAMES))
                self.assertEqual(fill_in(text, values), (words, []))

    def test_what_is_filled_in_stays_text(self):
        for name in ("{{ object.promise }}", "a ||| b", "\\1", "{0}", "%s", "$1"):
            with self.subTest(name=name):
                self.assertEqual(
                    fill_in("Hi {{ object.partner_id.name }}", {NAMES[0]: name})[0],
                    f"Hi {name}",
                )

    def test_nobody_reads_out_half_a_sentence(self):
        text = (
            "Hello {{ object.partner_id.name ||| there }}.\n\n"
            "You have my word: {{ object.promise }}\n \nAnything else?"
        )
        self.assertEqual(
            fill_in(text, {NAMES[0]: " ", NAMES[1]: None}),
            ("Hello there.\n\nAnything else?", list(NAMES)),
        )

    def test_faults(self):
        for fault in FAULTS:
            for text in (fault, f"Hello {fault} there", f"Line\n{fault}"):
                with self.subTest(text=text):
                    self.assertTrue(find_faults(text, NAMES))


@tagged("post_install", "-at_install")
class TestTalkTrackIsText(ReferralCommon):
    """Nothing that a manager writes is ever evaluated, whichever way it comes in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_TW")
        cls.benefits = cls.step["benefits"]

    def test_refused_on_writing_in_any_language(self):
        step = self.benefits.with_user(self.manager)
        for lang in ("en_US", "zh_TW"):
            for fault in FAULTS:
                with self.subTest(lang=lang, fault=fault):
                    with self.assertRaises(ValidationError):
                        step.with_context(lang=lang).write({"talk_track": fault})
                    with self.assertRaises(ValidationError):
                        step.update_field_translations("talk_track", {lang: fault})

    def test_refused_on_import(self):
        Step = self.env["crm.referral.step"].with_user(self.manager)
        for lang in ("en_US", "zh_TW"):
            with self.subTest(lang=lang):
                result = Step.with_context(lang=lang).load(
                    [".id", "talk_track"], [[str(self.benefits.id), FAULTS[0]]]
                )
                self.assertFalse(result["ids"])
                self.assertIn("object.benefit_summary", str(result["messages"]))

    def test_refused_on_creating_and_copying(self):
        Step = self.env["crm.referral.step"]
        with self.assertRaises(ValidationError):
            Step.create(
                {"name": "7", "code": "7", "sequence": 70, "talk_track": FAULTS[0]}
            )
        with self.assertRaises(ValidationError):
            self.benefits.copy({"code": "other", "talk_track": FAULTS[0]})
        with self.assertRaises(ValidationError):
            Step.with_context(default_talk_track=FAULTS[0]).create(
                {"name": "7", "code": "7", "sequence": 70}
            )

    @mute_logger("odoo.sql_db")
    def test_refused_past_the_orm(self):
        """An imported .po file is written by SQL."""
        for text in (*FAULTS, '{{ object.promise ||| " }}{{ 7*7 }}'):
            importer = TranslationImporter(self.env.cr, verbose=False)
            importer.model_translations["crm.referral.step"]["talk_track"][
                "crm_referral.step_benefits"
            ]["zh_TW"] = text
            with self.subTest(text=text), self.assertRaises(IntegrityError):
                importer.save(overwrite=True, force_overwrite=True)

    def test_good_words_pass_past_the_orm(self):
        importer = TranslationImporter(self.env.cr, verbose=False)
        importer.model_translations["crm.referral.step"]["talk_track"][
            "crm_referral.step_benefits"
        ][
            "zh_TW"
        ] = '{{ object.partner_id.name ||| "\u60a8" }}\u597d\n{{object.promise}}'
        importer.save(overwrite=True, force_overwrite=True)
        self.assertIn("\u60a8", self.benefits.with_context(lang="zh_TW").talk_track)

    def test_message_helps(self):
        with self.assertRaises(ValidationError) as catcher:
            self.benefits.with_user(
                self.manager
            ).talk_track = "Hello {{ object.name }}, {{ object.partner_id.name"
        message = str(catcher.exception)
        self.assertIn("{{ object.name }}", message)
        self.assertIn("{{ object.partner_id.name", message)
        for name, label in PLACEHOLDERS.items():
            self.assertIn(f"{{{{ {name} }}}}: {label}", message)

    def test_everybody_reads_the_words(self):
        """Also who may not edit any template."""
        rep = new_test_user(
            self.env, "plain_rep", "base.group_user,sales_team.group_sale_salesman"
        )
        self.assertFalse(rep.has_group("mail.group_mail_template_editor"))
        referral = self._create_referral(rep)
        for step in self.steps:
            step.talk_track = "Hello {{ object.partner_id.name }}"
        self.assertEqual(referral.talk_track, "Hello Ann Archer")

    def test_every_placeholder_has_a_value(self):
        values = self._create_referral()._get_talk_track_values()
        self.assertEqual(set(values), set(PLACEHOLDERS))
        for name, value in values.items():
            self.assertIsInstance(value or "", str, name)

    def test_no_text_of_a_manager_meets_an_engine(self):
        """Walk our models: none renders a template, none allows expressions."""
        for model in self.env.registry.models.values():
            if model._original_module != "crm_referral":
                continue
            with self.subTest(model=model._name):
                self.assertNotIn("mail.render.mixin", model._inherit_module)
                self.assertFalse(
                    issubclass(model, type(self.env["mail.render.mixin"])),
                )
                self.assertFalse(hasattr(model, "_render_template"))


@tagged("post_install", "-at_install")
class TestTalkTrackFollows(ReferralCommon):
    """What to say follows what is noted, and says nothing else."""

    def test_while_it_is_typed(self):
        referral = self._walk_to(self._create_referral(), "profile")
        with Form(referral) as form:
            self.assertIn("what was hard before", form.talk_track_gaps)
            self.assertNotIn("your situation", form.talk_track)
            form.challenge = "Slow closing"
            self.assertIn("your situation: Slow closing", form.talk_track)
            self.assertNotIn("what was hard before", form.talk_track_gaps)
        self._walk_to(referral, "suggest")
        with Form(referral) as form:
            self.assertNotIn("So far", form.talk_track)
            with form.candidate_ids.new() as candidate:
                candidate.name = "Bob Builder"
            self.assertIn("So far we have spoken of Bob Builder.", form.talk_track)

    def test_motives_are_said_to_the_customer(self):
        referral = self._walk_to(self._create_referral(), "value")
        referral.motive_ids = self.env.ref("crm_referral.motive_help_somebody")
        referral.motive_ids |= self.env.ref("crm_referral.motive_exchange")
        self.assertIn(
            "I could imagine this for you: You would be helping somebody you like. You "
            "would have somebody nearby to compare notes with.\n",
            f"{referral.talk_track}\n",
        )

    def test_labels_of_motives_are_not_said(self):
        referral = self._walk_to(self._create_referral(), "value")
        self.motive.spoken = False
        referral.motive_ids = self.motive
        self.assertNotIn(self.motive.name, referral.talk_track)
        self.assertNotIn("I could imagine", referral.talk_track)
        self.assertIn("what the customer gains", referral.talk_track_gaps)

    def test_gaps_are_a_list_of_the_reader(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        referral = self._walk_to(self._create_referral(), "profile")
        self.assertEqual(
            referral.talk_track_gaps,
            "what was hard before, what has changed, what others miss",
        )
        self.assertEqual(
            referral.with_context(lang="zh_TW").talk_track_gaps.count("\u3001"), 2
        )

    def test_language_is_chosen(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        referral = self._create_referral()
        self.step["benefits"].with_context(lang="zh_TW").talk_track = "\u60a8\u597d"
        self.assertIn("Hello", referral.talk_track)
        referral.spoken_lang = "zh_TW"
        self.assertEqual(referral.talk_track, "\u60a8\u597d")

    def test_mail_is_in_the_chosen_language(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        candidate = self._create_candidate(self._create_referral())
        template = self.env.ref("crm_referral.mail_template_introduction")
        in_chinese = template.with_context(lang="zh_TW")
        in_chinese.subject = "\u8f49\u5bc4"

        def subject():
            return template._generate_template(candidate.ids, ["subject"])[
                candidate.id
            ]["subject"]

        self.assertNotEqual(subject(), "\u8f49\u5bc4")
        candidate.referral_id.spoken_lang = "zh_TW"
        self.assertEqual(subject(), "\u8f49\u5bc4")

    def test_new_customer_speaks_the_language_of_the_rep(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        self.rep.lang = "zh_TW"
        form = self.env.ref("crm_referral.crm_referral_view_form")
        arch = self.env["crm.referral"].get_view(form.id)["arch"]
        self.assertIn("default_lang", arch)
        partner_id, _name = (
            self.env["res.partner"]
            .with_user(self.rep)
            .with_context(default_lang="zh_TW")
            .name_create("\u738b\u5927\u660e\u7259\u91ab")
        )
        self.step["benefits"].with_context(lang="zh_TW").talk_track = "\u60a8\u597d"
        self.assertEqual(
            self._create_referral(partner_id=partner_id).talk_track, "\u60a8\u597d"
        )


@tagged("post_install", "-at_install")
class TestSpokenBenefits(ReferralCommon):
    """What was written for us is not read out to the customer."""

    def test_titles_of_deals_are_not_said(self):
        for number in range(12):
            self._create_won_lead(name=f"7OIR36P{number} GTXPro", user_id=self.rep.id)
        referral = self._create_referral()
        self.assertEqual(len(referral.benefit_ids), 3)
        self.assertEqual(set(referral.benefit_ids.mapped("needs_wording")), {True})
        self.assertNotIn("GTXPro", referral.talk_track)
        self.assertIn("the benefit you say first", referral.talk_track_gaps)
        first = referral.benefit_ids[0]
        first.name = "Your drawings are ready in a minute"
        self.assertEqual(referral.spoken_benefit_id, first)
        self.assertIn("Your drawings are ready in a minute.", referral.talk_track)
        self.assertNotIn("GTXPro", referral.talk_track)

    def test_one_is_said_with_its_number(self):
        good, better = (
            self._create_benefit(),
            self._create_benefit(
                name="Nobody stays late", measure="6 instead of 9 o'clock"
            ),
        )
        referral = self._create_referral()
        referral.spoken_benefit_id = better
        self.assertIn("Nobody stays late, 6 instead of 9 o'clock.", referral.talk_track)
        self.assertNotIn(good.name, referral.talk_track)
        referral.spoken_benefit_id = good
        self.assertIn("Closing takes two days.", referral.talk_track)
        self.assertNotIn("9 o'clock", referral.talk_track)

    def test_confirmed_own_words_of_late_are_said_first(self):
        for name, vals in (
            ("Title", {"origin": "opportunity", "proposed_name": "Title"}),
            ("Found", {"origin": "order"}),
            ("Said", {}),
            ("Paid", {"origin": "order", "confirmed_on": "2025-12-01"}),
            ("Once", {"confirmed_on": "2025-01-01"}),
            ("Late", {"confirmed_on": "2025-11-01"}),
        ):
            self._create_benefit(
                name=name, confirmed=bool(vals.get("confirmed_on")), **vals
            )
            with self.subTest(newest=name):
                referral = self._create_referral()
                self.assertEqual(referral.spoken_benefit_id.name, name)
                referral.sudo().unlink()

    def test_what_was_picked_stays(self):
        picked, other = self._create_benefit(), self._create_benefit(name="Other")
        referral = self._create_referral()
        referral.spoken_benefit_id = picked
        other.action_toggle_confirmed()
        referral.benefit_ids |= self._create_benefit(name="Third", confirmed=True)
        self.assertEqual(referral.spoken_benefit_id, picked)
        referral.benefit_ids -= picked
        self.assertNotEqual(referral.spoken_benefit_id, picked)
        self.assertIn(referral.spoken_benefit_id, referral.benefit_ids)
        referral.benefit_ids = False
        self.assertFalse(referral.spoken_benefit_id)
        self.assertIn("the benefit you say first", referral.talk_track_gaps)

    def test_picked_benefit_is_deleted(self):
        picked, other = self._create_benefit(), self._create_benefit(name="Other")
        referral = self._create_referral()
        referral.spoken_benefit_id = picked
        picked.unlink()
        self.assertEqual(referral.spoken_benefit_id, other)

    def test_only_a_benefit_of_the_request_is_said(self):
        referral = self._create_referral()
        foreign = self._create_benefit(self.other_customer)
        with self.assertRaises(ValidationError):
            referral.spoken_benefit_id = foreign

    def test_picked_in_the_form(self):
        good, better = self._create_benefit(), self._create_benefit(name="Better")
        referral = self._create_referral()
        with Form(referral) as form:
            form.spoken_benefit_id = good
            self.assertIn("Closing takes two days", form.talk_track)
            form.spoken_benefit_id = better
            self.assertIn("Better", form.talk_track)

    def test_confirmed_in_this_conversation(self):
        benefit = self._create_benefit()
        first = self._create_referral()
        self.assertEqual(first.benefit_ids, benefit)
        benefit.with_user(self.rep).action_toggle_confirmed()
        self.assertFalse(first.missing_requirements)
        first.write(
            {"outcome": "declined", "decline_reason_id": self.decline_reason.id}
        )
        with self._at("2026-08-03 08:00:00"):
            second = self._create_referral()
            self.assertEqual(second.benefit_ids, benefit)
            self.assertIn("confirmed", second.missing_requirements)
            self.assertFalse(benefit.confirmed_now)
            self.assertTrue(benefit.confirmed)
            benefit.with_user(self.rep).action_toggle_confirmed()
            self.assertFalse(second.missing_requirements)
            self.assertTrue(benefit.confirmed)

    def test_from_the_library_later(self):
        benefit = self._create_benefit(confirmed=True)
        with self._at("2026-08-03 08:00:00"):
            referral = self._create_referral(benefit_ids=[Command.clear()])
            referral.benefit_ids = False
            referral.benefit_ids = benefit
            self.assertTrue(referral.missing_requirements)
            benefit.confirmed_now = True
            self.assertFalse(referral.missing_requirements)

    def test_confirmed_in_the_form(self):
        self._create_benefit(confirmed=True)
        with Form(self.env["crm.referral"].with_user(self.rep)) as form:
            form.partner_id = self.customer
        referral = form.save()
        self.assertTrue(referral.missing_requirements)
        benefit = referral.benefit_ids
        self.assertFalse(benefit.confirmed_now)
        edited = [Command.update(benefit.id, {"confirmed_now": True})]
        spec = {
            "missing_requirements": {},
            "benefit_ids": {"fields": {"confirmed_now": {}}},
        }
        seen = referral.onchange({"benefit_ids": edited}, ["benefit_ids"], spec)
        self.assertFalse(seen["value"]["missing_requirements"])
        referral.write({"benefit_ids": edited})
        self.assertFalse(referral.missing_requirements)
        self.assertEqual(benefit.confirmed_on, date(2026, 3, 2))
