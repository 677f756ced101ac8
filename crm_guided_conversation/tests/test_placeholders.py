import json

from odoo.tests import BaseCase, TransactionCase, tagged

from ..tools.placeholders import (
    fill_in,
    find_faults,
    get_check_sql,
    get_list_separator,
)

NAMES = ("customer.name", "promise")
# What Python, a regular expression or an editor takes for a blank: each but a space.
BLANKS = (
    "\n\r\t\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2003\u2009\u200b\u2028\u2029"
    "\u202f\u205f\u3000\ufeff"
)
GOOD = [
    "",
    "Hello.",
    "{{ promise }}",
    "{{promise}}",
    "{{   customer.name   }}",
    "{{ promise ||| a word }}",
    "{{ promise ||| }}",
    "{{ promise|||a\nword }}",
    '{{ promise ||| "a word" }} and \\n',
    "{{ promise }}{{ customer.name }}",
    "One bar | and two || of them",
    "價錢｜數量",
]
BAD = [
    "{{ stranger }}",
    "{{ Promise }}",
    "{{ promises }}",
    "{{ customer }}",
    "{{ customer_name }}",
    "{{ customerxname }}",
    "{{ customer.name.lang }}",
    "{{ promise() }}",
    "{{ promise | upper }}",
    "{{ promise ||| a ||| b }}",
    "{{ promise ||| {{ customer.name }} }}",
    "{{ promise ||| a | b }}",
    "{{ ||| words }}",
    "{{ 1 }}",
    "{{ ｐromise }}",
    "{{ }}",
    "{{{ promise }}}",
    "{ promise }",
    "{{ promise }",
    "promise }}",
    "}{",
    "｛｛ promise ｝｝",
    "{{ promise ｝｝",
    "a ||| b",
    "|||",
    *(f"{{{{{blank}promise }}}}" for blank in BLANKS),
    *(f"{{{{ promise{blank}}}}}" for blank in BLANKS),
]


@tagged("post_install", "-at_install")
class TestPlaceholders(BaseCase):
    """What a manager writes, what is refused, and what somebody reads out."""

    def test_list_separator(self):
        for lang, separator in (
            ("en_US", ", "),
            ("zh_TW", "、"),
            ("zh_CN", "、"),
            ("ja_JP", "、"),
            ("ko_KR", ", "),
            ("de_DE", ", "),
            ("", ", "),
            (None, ", "),
            (False, ", "),
        ):
            with self.subTest(lang=lang):
                self.assertEqual(get_list_separator(lang), separator)

    def test_no_faults(self):
        for text in (*GOOD, None, False):
            with self.subTest(text=text):
                self.assertEqual(find_faults(text, NAMES), [])

    def test_faults(self):
        for text in BAD:
            for written in (text, f"Hello {text} there", f"Line\n\n{text}\nline"):
                with self.subTest(text=written):
                    self.assertTrue(find_faults(written, NAMES))

    def test_faults_are_told_as_they_were_written(self):
        """A name that is unknown by itself, else the line, its good places left out."""
        for text, faults in (
            ("Hi {{ you }}, {{ promise }}", ["{{ you }}"]),
            ("Hi {{ you ||| there }}.", ["{{ you ||| there }}"]),
            ("Hi {{ you }} and {{ me }}", ["{{ you }}", "{{ me }}"]),
            (
                "Fine.\n  Hi {{ promise }}, {{ me  \nFine, {{ promise }}.",
                ["Hi …, {{ me"],
            ),
            ("{{ you }} or {{ me", ["{{ you }}", "… or {{ me"]),
            ("one } two", ["one } two"]),
        ):
            with self.subTest(text=text):
                self.assertEqual(find_faults(text, NAMES), faults)

    def test_no_name_is_known(self):
        self.assertEqual(find_faults("{{ promise }}", ()), ["{{ promise }}"])
        self.assertEqual(find_faults("Plain words", ()), [])

    def test_filled_in(self):
        values = {"customer.name": "  Zoë ", "promise": "I call you"}
        for text, words in (
            ("Hello {{ customer.name }}!", "Hello Zoë!"),
            ("Hello {{customer.name|||you}}!", "Hello Zoë!"),
            ("{{ customer.name }}{{ promise }}", "ZoëI call you"),
            ("{{ promise }}.\n\n\n\n{{ promise }}?", "I call you.\n\n\n\nI call you?"),
            ("One line\nand the next", "One line\nand the next"),
            ("", ""),
            (None, ""),
        ):
            with self.subTest(text=text):
                self.assertEqual(fill_in(text, values), (words, []))

    def test_other_words(self):
        """They stand in for what is not noted, which is told nevertheless."""
        for value in (None, False, "", "   ", "\n"):
            with self.subTest(value=value):
                self.assertEqual(
                    fill_in("I say: {{ promise |||  a word  }}!", {"promise": value}),
                    ("I say: a word!", ["promise"]),
                )
        self.assertEqual(
            fill_in("{{ promise ||| a\nb }}", {}),
            ("a\nb", ["promise"]),
        )

    def test_paragraphs_left_out(self):
        """A whole paragraph goes, whatever blanks are in the line between two."""
        text = (
            "Hello.\n\nYou are {{ customer.name }},\nand I say {{ promise }}.\n"
            " \t\u3000\n{{ promise ||| }}\n\xa0\nGoodbye, {{ customer.name }}."
        )
        self.assertEqual(
            fill_in(text, {"customer.name": "Ann"}),
            ("Hello.\n\nGoodbye, Ann.", ["promise"]),
        )
        self.assertEqual(fill_in(text, {}), ("Hello.", ["customer.name", "promise"]))
        self.assertEqual(fill_in("{{ promise }}", {}), ("", ["promise"]))

    def test_gaps_once_and_in_their_order(self):
        text = "{{ promise }}\n\n{{ customer.name }}\n\n{{ promise ||| x }}"
        self.assertEqual(fill_in(text, {})[1], ["promise", "customer.name"])

    def test_one_full_stop(self):
        for value, text, words in (
            ("I call.", "So: {{ promise }}.", "So: I call."),
            ("I call!", "So: {{ promise }}. Yes.", "So: I call! Yes."),
            ("我打給您。", "{{ promise }}。", "我打給您。"),
            ("真的？", "{{ promise }}.", "真的？"),
            ("I call", "So: {{ promise }}.", "So: I call."),
            ("I call.", "So: {{ promise }}, yes.", "So: I call., yes."),
            ("I call.", "{{ promise }}...", "I call..."),
        ):
            with self.subTest(value=value, text=text):
                self.assertEqual(fill_in(text, {"promise": value}), (words, []))

    def test_what_is_filled_in_is_not_looked_at_again(self):
        for value in (
            "{{ customer.name }}",
            "{{ stranger }}",
            "a ||| b",
            r"\1 \g<0>",
            "{0} {}",
            "%s %(a)s",
            "a\n\nb",
        ):
            with self.subTest(value=value):
                self.assertEqual(
                    fill_in("<{{ promise }}>", {"promise": value}), (f"<{value}>", [])
                )


@tagged("post_install", "-at_install")
class TestPlaceholdersInTheDatabase(TransactionCase):
    """The condition of the database says the same as Python."""

    def is_good(self, texts, names=NAMES):
        self.env.cr.execute(
            f"SELECT {get_check_sql('words', names)} "  # noqa: S608
            "FROM (SELECT %s::jsonb AS words) AS step",
            [json.dumps(texts)],
        )
        return self.env.cr.fetchone()[0]

    def test_good(self):
        for text in GOOD:
            with self.subTest(text=text):
                self.assertTrue(self.is_good({"en_US": text}))
                self.assertTrue(self.is_good({"en_US": "Hello", "zh_TW": text}))

    def test_bad(self):
        for text in BAD:
            with self.subTest(text=text):
                self.assertFalse(self.is_good({"en_US": text}))
                self.assertFalse(self.is_good({"en_US": "Hello", "zh_TW": text}))

    def test_no_language_goes_on_with_another(self):
        """Half a placeholder here and half there is not a whole one."""
        self.assertFalse(
            self.is_good({"en_US": "{{ promise ||| a", "zh_TW": "b }} words"})
        )

    def test_no_column(self):
        self.env.cr.execute(
            f"SELECT {get_check_sql('NULL::jsonb', NAMES)}"  # noqa: S608
        )
        self.assertIsNone(self.env.cr.fetchone()[0])  # a constraint lets it pass
