import doctest
import unittest

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_assessment.tools import assessment_scoring as scoring
from odoo.addons.crm_assessment.tools import round_result


@tagged("post_install", "-at_install")
class TestAssessmentScoring(BaseCase):
    def test_examples(self):
        """The examples worked by hand in the module's documentation."""
        for module in (scoring, round_result):
            result = unittest.TestResult()
            doctest.DocTestSuite(module).run(result)
            self.assertGreater(result.testsRun, 3)
            self.assertFalse(result.failures + result.errors)
