from odoo.fields import Domain
from odoo.tests import TransactionCase, tagged

from ..tools.group_together import group_sql, read_together


@tagged("post_install", "-at_install")
class TestGroupTogether(TransactionCase):
    """Figures of several models in one query are those of each alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company, cls.empty = cls.env["res.partner"].create(
            [{"name": "Company"}, {"name": "Nobody works here"}]
        )
        cls.env["res.partner"].create(
            [
                {"name": "One", "parent_id": cls.company.id, "color": 3},
                {"name": "Two", "parent_id": cls.company.id, "color": 4},
                {"name": "Left", "parent_id": cls.company.id, "active": False},
            ]
        )

    def _read(self, **counted):
        ids = (self.company | self.empty).ids
        return read_together(
            self.env,
            {
                name: group_sql(model, "parent_id", ids, domain, aggregates)
                for name, (model, domain, aggregates) in counted.items()
            },
        )

    def test_one_query(self):
        Partner = self.env["res.partner"]
        everybody = Partner.with_context(active_test=False)
        with self.assertQueryCount(1):
            found = self._read(
                active=(Partner, Domain.TRUE, ["__count", "color:sum"]),
                all=(everybody, Domain.TRUE, ["__count"]),
                none=(Partner, Domain("name", "=", "Nowhere"), ["__count"]),
            )
        self.assertEqual(
            found,
            {
                "active": {self.company.id: [2, 7]},
                "all": {self.company.id: [3]},
                "none": {},
            },
        )

    def test_rights_count(self):
        """A user without access to a model gets no figure of it."""
        portal = self.env["res.users"].create(
            {
                "name": "Portal",
                "login": "group-together",
                "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
            }
        )
        Partner = self.env["res.partner"].with_user(portal)
        found = read_together(
            self.env,
            {"seen": group_sql(Partner, "parent_id", self.company.ids, Domain.TRUE)},
        )
        self.assertEqual(found, {"seen": {}})
