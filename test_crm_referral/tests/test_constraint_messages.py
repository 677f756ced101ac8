from odoo import models
from odoo.tests import TransactionCase, tagged

AUTHOR = "CRM Referral contributors"


@tagged("post_install", "-at_install")
class TestConstraintMessages(TransactionCase):
    """Whoever is second reads a sentence, and not what PostgreSQL says."""

    def test_every_constraint_says_what_is_wrong(self):
        ours = set(
            self.env["ir.module.module"]
            .search([("author", "=", AUTHOR), ("state", "=", "installed")])
            .mapped("name")
        )
        found = {
            constraint.full_name(Model): constraint.message
            for Model in self.registry.values()
            if Model._auto and not Model._abstract
            for constraint in Model._table_objects.values()
            if isinstance(constraint, models.Constraint | models.UniqueIndex)
            and constraint._module in ours
        }
        self.assertGreater(len(found), 60)
        self.assertEqual([name for name, message in found.items() if not message], [])
