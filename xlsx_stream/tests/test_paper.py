import doctest
import unittest

from odoo.tests import BaseCase, tagged

from ..tools import paper


@tagged("post_install", "-at_install")
class TestXlsxPaper(BaseCase):
    def test_examples(self):
        """The examples in the documentation of the functions."""
        result = unittest.TestResult()
        doctest.DocTestSuite(paper).run(result)
        self.assertGreaterEqual(result.testsRun, 2)
        self.assertFalse(result.failures + result.errors)
