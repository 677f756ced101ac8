from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestAnalysis(TransactionCase):
    """Shares and medians of any group are of its rows, and never of other groups."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Analysis = cls.env["test.analysis"]
        cls.Analysis.create(
            [
                {"name": name, "part": part, "whole": whole, "days": days}
                for name, part, whole, days in (
                    ("a", 1, 2, 1),
                    ("a", 3, 10, 2),
                    ("a", 1, 4, 60),
                    ("b", 4, 4, 5),
                    ("b", 0, 4, 8),
                    ("c", 0, 0, 7),
                )
            ]
        )

    def _read(self, *groupby, measure):
        rows = self.Analysis._read_group([], list(groupby), [measure])
        return dict(rows) if groupby else rows[0][0]

    def test_quotient_is_a_sum_by_a_sum(self):
        # The mean of the rows would be 0.35 and 0.5.
        rates = self._read("name", measure="rate:avg")
        self.assertEqual(rates, {"a": 5 / 16, "b": 0.5, "c": False})
        self.assertEqual(self._read(measure="rate:avg"), 9 / 24)

    def test_median_is_of_the_rows(self):
        medians = self._read("name", measure="days:avg")
        self.assertEqual(medians, {"a": 2, "b": 6.5, "c": 7})
        # Of 1, 2, 5, 7, 8 and 60; the mean of the medians would be 5.2.
        self.assertEqual(self._read(measure="days:avg"), 6)

    def test_no_rows(self):
        self.Analysis.search([]).unlink()
        self.assertIs(self._read(measure="rate:avg"), False)
        self.assertIs(self._read(measure="days:avg"), False)

    def test_other_aggregates_are_as_ever(self):
        self.assertEqual(self._read(measure="whole:sum"), 24)
        self.assertEqual(self._read(measure="days:count"), 6)

    def test_which_rows_are_counted(self):
        described = self.Analysis.fields_get(["rate", "days", "part", "name"])
        for name, domain in (
            ("rate", [["whole", "!=", 0]]),
            ("days", [["part", "!=", 0]]),
            ("part", [["part", "!=", 0]]),
        ):
            self.assertEqual(described[name]["counted_domain"], domain, name)
            self.assertFalse(described[name]["groupable"], name)
        self.assertNotIn("counted_domain", described["name"])
