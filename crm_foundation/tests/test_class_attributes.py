import doctest
import unittest

from odoo.tests import BaseCase, tagged

from ..tools import class_attributes
from ..tools.class_attributes import add_up


class Silent:
    pass


class Unnamed:
    _names = None


class First:
    _names = frozenset({"a", "b"})


class Heir(First):
    _names = frozenset({"c"})


@tagged("post_install", "-at_install")
class TestAddUp(BaseCase):
    def test_example(self):
        result = unittest.TestResult()
        doctest.DocTestSuite(class_attributes).run(result)
        self.assertEqual(result.testsRun, 1)
        self.assertFalse(result.failures + result.errors)

    def test_add_up(self):
        for classes, expected in (
            ([], None),
            ([Silent, Unnamed], None),
            ([Unnamed, First], {"a", "b"}),
            ([First, Unnamed], {"a", "b"}),
            (Heir.mro(), {"a", "b", "c"}),
            ([First, Silent, Heir], {"a", "b", "c"}),
        ):
            with self.subTest(classes):
                self.assertEqual(add_up(classes, "_names"), expected)
