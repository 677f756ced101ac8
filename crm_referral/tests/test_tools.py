import doctest
import unittest

from odoo.tests import BaseCase, tagged

from ..tools import candidate_states, initials, spoken_text, text_scrub
from ..tools.candidate_states import next_states, state_before


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    def test_examples(self):
        """The examples in the modules' documentation."""
        for module in (candidate_states, initials, spoken_text, text_scrub):
            result = unittest.TestResult()
            doctest.DocTestSuite(module).run(result)
            self.assertTrue(result.testsRun, module)
            self.assertFalse(result.failures + result.errors, module)

    def test_state_before(self):
        for state, introduced, contacted, expected in (
            ("suggested", False, False, None),
            ("agreed", False, False, "suggested"),
            ("introduced", True, False, "agreed"),
            ("contacted", True, True, "introduced"),
            ("converted", True, True, None),
            ("objected", True, True, None),
            ("declined", False, False, "suggested"),
            ("declined", True, False, "introduced"),
            ("unfit", True, True, "contacted"),
        ):
            with self.subTest(state, introduced=introduced, contacted=contacted):
                self.assertEqual(state_before(state, introduced, contacted), expected)

    def test_what_has_happened_has_happened(self):
        self.assertNotIn("introduced", next_states("declined", False, False, False))
        self.assertIn("introduced", next_states("declined", True, False, False))
        self.assertEqual(next_states("converted", True, True, True), {"objected"})
        self.assertIn("introduced", next_states("converted", True, True, False))
