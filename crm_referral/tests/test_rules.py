"""Record rules of all our addons: what may be read is told by columns of the table.

Each relation that a rule goes through becomes a semi-join, and PostgreSQL believes of
each that it gives one row: two of them, over a large table, end in nested loops.
"""

from odoo.fields import Domain
from odoo.tests import TransactionCase, tagged
from odoo.tools.safe_eval import safe_eval

# Tables that grow with what people do each day: their rules go through no relation.
LARGE = {
    "crm.referral",
    "crm.referral.benefit",
    "crm.referral.candidate",
    "crm.referral.report",
    "crm.referral.step.log",
}


@tagged("post_install", "-at_install")
class TestRules(TransactionCase):
    def _get_rules(self):
        """:return: the rules that an addon of ours brought"""
        Module = self.env["ir.module.module"]
        author = Module.search([("name", "=", "crm_referral")]).author
        ours = Module.search([("author", "=", author), ("state", "=", "installed")])
        data = self.env["ir.model.data"].search(
            [("model", "=", "ir.rule"), ("module", "in", ours.mapped("name"))]
        )
        return self.env["ir.rule"].browse(data.mapped("res_id"))

    def _get_paths(self, rule):
        """:return: the paths of fields that the rule looks at"""
        domain = safe_eval(rule.domain_force or "[]", rule._eval_context())
        return set(self._iter_paths(Domain(domain)))

    def _iter_paths(self, domain, before=""):
        for condition in domain.iter_conditions():
            path = f"{before}{condition.field_expr}"
            yield path
            if condition.operator in ("any", "not any"):
                yield from self._iter_paths(Domain(condition.value), f"{path}.")

    def _count_relations(self, model, path):
        """A relation is gone through where a path goes on, and where a field is no
        column of the table.
        """
        names = path.split(".")
        relations = len(names) - 1
        for name in names:
            field = self.env[model]._fields[name]
            if not (field.store and field.column_type):
                relations += 1
            model = field.comodel_name
        return relations

    def _find(self, rules, allowed):
        return {
            (rule.model_id.model, path)
            for rule in rules
            for path in self._get_paths(rule)
            if self._count_relations(rule.model_id.model, path) > allowed
        }

    def test_no_rule_goes_through_more_than_one_relation(self):
        rules = self._get_rules()
        self.assertGreater(len(rules), 40)
        self.assertEqual(self._find(rules, allowed=1), set())

    def test_rules_of_large_tables_read_their_columns(self):
        rules = self._get_rules().filtered(lambda rule: rule.model_id.model in LARGE)
        self.assertEqual(set(rules.mapped("model_id.model")), LARGE)
        self.assertEqual(self._find(rules, allowed=0), set())

    def test_a_long_way_is_found(self):
        """The test of the tests above."""
        rules = self.env["ir.rule"].create(
            [
                {
                    "name": f"Too long a way: {domain}",
                    "model_id": self.env["ir.model"]._get_id("crm.referral.step.log"),
                    "domain_force": domain,
                }
                for domain in (
                    "[('referral_id.team_id.user_id', '=', user.id)]",
                    "[('referral_id', 'any', [('team_id.user_id', '=', user.id)])]",
                    "['|', ('id', '=', 1), ('referral_id.partner_id.ref', '=', 'x')]",
                    "[('referral_id.missing_requirements', '=', 'x')]",
                    "[('referral_id.step_log_ids', '=', 1)]",
                    "[('referral_id.user_id', '=', user.id)]",
                    "[('user_id', 'in', [user.id])]",
                )
            ]
        )
        found = [len(self._find(rule, allowed=1)) for rule in rules]
        self.assertEqual(found, [1, 1, 1, 1, 1, 0, 0])
