from odoo.tests import BaseCase, TransactionCase, tagged

from ..tools.contact_keys import email_keys, name_key, phone_keys, split_extension
from ..tools.text_scrub import make_pattern, name_parts, scrub


@tagged("post_install", "-at_install")
class TestContactKeys(TransactionCase):
    """A person is recognised by the same spelling, and by nothing less."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tw = cls.env.ref("base.tw")

    def test_extensions(self):
        for text in (
            "02-2345-6789 #101",
            "02-2345-6789#101",
            "02-2345-6789 ＃101",
            "02-2345-6789 ext. 101",
            "02-2345-6789 EXT101",
            "02-2345-6789 extension 101",
            "02-2345-6789 x101",
            "02-2345-6789 (ext. 101)",
            "02-2345-6789 轉101",
            "02-2345-6789 转 101",
            "02-2345-6789 分機101",
            "02-2345-6789 分机：101",
            "02-2345-6789 轉分機 101",
            "02-2345-6789轉接101",
            "02-2345-6789 分機號碼101",
            "02-2345-6789 extn 101",
            "02-2345-6789, 101",
            "（02）23456789 內線101",
            "+886 2 2345 6789;ext=101",
        ):
            with self.subTest(text):
                self.assertEqual(split_extension(text)[1], "101")
                self.assertEqual(phone_keys(text, self.tw)[0], "+886223456789;ext=101")

    def test_numbers_without_extension(self):
        for text in ("0912 345 678", "0912-345-678", "+886 912 345 678", "００"):
            with self.subTest(text):
                self.assertEqual(split_extension(text)[1], "")
        self.assertEqual(phone_keys("0912-345-678", self.tw)[0], "+886912345678")

    def test_other_extension_is_another_number(self):
        keys = [
            set(phone_keys(text, self.tw))
            for text in ("02-2345-6789 #101", "02-2345-6789 ext. 103", "02-2345-6789")
        ]
        self.assertFalse(keys[0] & keys[1])
        self.assertFalse(keys[0] & keys[2])

    def test_what_does_not_parse_recognises_the_same_text(self):
        empty = self.env["res.country"]
        self.assertEqual(phone_keys("0912 345 678", empty), ["text:0912345678"])
        self.assertEqual(phone_keys("(0912) 345-678"), ["text:0912345678"])
        self.assertIn("text:0912345678", phone_keys("0912345678", self.tw))
        self.assertEqual(
            phone_keys("4-33 ask for 12 #7", self.tw), ["text:433askfor12;ext=7"]
        )
        for text in (False, "", "n/a", "ask Ann", "room 12"):
            with self.subTest(text):
                self.assertEqual(phone_keys(text, self.tw), [])

    def test_emails(self):
        self.assertEqual(email_keys("Bob <BOB@Example.com>"), ["bob@example.com"])
        self.assertEqual(
            email_keys("a@example.com, b@example.com"),
            ["a@example.com", "b@example.com"],
        )
        self.assertEqual(email_keys("bob (at) example.com"), ["bob@example.com"])
        self.assertEqual(email_keys("bob＠example.com"), ["bob@example.com"])
        self.assertEqual(email_keys("Bob @ example"), ["bob@example"])
        self.assertEqual(email_keys("@Bobby on chat"), ["@bobbyonchat"])
        for text in (False, "", "unknown"):
            with self.subTest(text):
                self.assertEqual(email_keys(text), [])

    def test_names(self):
        self.assertEqual(name_key("Builder, Bob"), name_key(" bob  BUILDER"))
        self.assertEqual(name_key("王大明"), "王大明")
        self.assertNotEqual(name_key("Bob"), name_key("Rob"))
        self.assertEqual(name_key(False), "")


@tagged("post_install", "-at_install")
class TestTextScrub(BaseCase):
    def _scrub(self, text, *terms):
        return scrub(text, make_pattern(terms), "…")

    def test_names_go(self):
        for text, terms, expected in (
            ("Call Bob Builder!", ["Bob Builder"], "Call …!"),
            ("call bob  builder", ["Bob Builder"], "call …"),
            ("<p>O&#39;Hara &amp; Co</p>", ["O'Hara & Co"], "<p>…</p>"),
            ("昨天王大明說好", ["王大明"], "昨天…說好"),
            ("Li called, lithium", ["Li"], "… called, lithium"),
            ("Bobsled", ["Bob"], "Bobsled"),
            ("a+b (c)", ["a+b (c)"], "…"),
        ):
            with self.subTest(text):
                self.assertEqual(self._scrub(text, *terms), expected)

    def test_nothing_to_find(self):
        self.assertIsNone(make_pattern(["", None, "x"]))
        self.assertEqual(self._scrub("text"), "text")
        self.assertIsNone(self._scrub(None, "Bob"))

    def test_names_that_others_have_stay(self):
        self.assertEqual(
            name_parts(["Bob Builder", "王大明"], ["Bob Baker", None]),
            {"Builder", "王大明"},
        )

    def test_small_words_of_a_name_stay(self):
        """A candidate may be noted as anything; the text around stays readable."""
        for name, text, expected in (
            (
                "The Boss of Acme Ltd",
                "The mother of the boss works for Acme, not for a Ltd.",
                "The mother of the boss works for …, not for a Ltd.",
            ),
            (
                "Will May",
                "We will ask Will; may he agree",
                "We will ask …; may he agree",
            ),
            ("Mark", "We mark what Mark said", "We mark what … said"),
            ("the", "the house, The house", "the house, The house"),
            ("Number 2026", "Until 2026", "Until 2026"),
            (
                "Frau von der Heide",
                "Die Frau von der Bank kennt Heide.",
                "Die Frau von der Bank kennt ….",
            ),
            (
                "Müller GmbH und Co. KG",
                "Eine GmbH und eine KG: Müller.",
                "Eine GmbH und eine KG: ….",
            ),
            (
                "陳 總經理",
                "總經理 likes it; 陳 總經理 too",
                "總經理 likes it; … too",
            ),
            ("大同齒科 有限公司", "有限公司和大同齒科", "有限公司和…"),
            ("王", "國王大道", "國王大道"),
            ("王 总经理", "我们的总经理", "我们的总经理"),
            ("先生", "林先生說好", "林先生說好"),
            ("bob@gmail.com", "Gmail or .com", "Gmail or .com"),
        ):
            with self.subTest(name):
                terms = {name, *name_parts([name], [])}
                self.assertEqual(self._scrub(text, *terms), expected)

    def test_numbers(self):
        self.assertEqual(self._scrub("Call 110 or 119", "110"), "Call 110 or 119")
        self.assertEqual(self._scrub("Call 912345678!", "912345678"), "Call …!")
