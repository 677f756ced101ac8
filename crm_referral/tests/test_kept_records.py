import ast
import re
from pathlib import Path

from odoo.exceptions import UserError
from odoo.modules.module import Manifest
from odoo.tests import TransactionCase, tagged

MIXIN = "crm.kept.record.mixin"
# Nobody deletes these by a screen: they belong to the system's administrator.
TECHNICAL = (
    "ir.actions.act_window",
    "ir.actions.report",
    "ir.cron",
    "ir.ui.menu",
    "ir.ui.view",
    "res.groups",
)


@tagged("post_install", "-at_install")
class TestKeptRecords(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ours = Manifest.for_addon("crm_referral")["author"]
        cls.addons = [
            manifest
            for name in cls.env["ir.module.module"]
            .search([("state", "=", "installed")])
            .mapped("name")
            if (manifest := Manifest.for_addon(name)) and manifest["author"] == ours
        ]

    def _find_xml_ids(self):
        """:return: what the code names and the database has, by external id."""
        names = "|".join(manifest.name for manifest in self.addons)
        xml_id = re.compile(rf"({names})\.[a-z0-9_]+")
        found = {}
        for manifest in self.addons:
            for path in sorted(Path(manifest.path).rglob("*.py")):
                if "tests" in path.parts:
                    continue
                for node in ast.walk(ast.parse(path.read_text())):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        if xml_id.fullmatch(node.value) and (
                            record := self.env.ref(node.value, raise_if_not_found=False)
                        ):
                            found[node.value] = record
        return found

    def _get_kept(self):
        """:return: by model, the external ids that are kept."""
        models = [name for name in self.env.registry[MIXIN]._inherit_children]
        return {name: self.env[name]._get_kept_xml_ids() for name in models}

    def test_every_record_that_the_code_names_is_kept(self):
        named = self._find_xml_ids()
        self.assertIn("crm_referral.mail_activity_type_step", named)
        self.assertIn("crm_assessment.mail_activity_type_answer", named)
        kept = {xml_id for xml_ids in self._get_kept().values() for xml_id in xml_ids}
        unprotected = {
            xml_id
            for xml_id, record in named.items()
            if record._name not in TECHNICAL and xml_id not in kept
        }
        self.assertFalse(unprotected, "add them to _get_kept_xml_ids(), or do without")

    def test_they_cannot_be_deleted(self):
        for model, xml_ids in self._get_kept().items():
            self.assertTrue(xml_ids)
            for xml_id in xml_ids:
                record = self.env.ref(xml_id)
                with self.subTest(xml_id):
                    self.assertEqual(record._name, model)
                    with self.assertRaises(UserError) as catcher:
                        record.unlink()
                    self.assertIn("cannot be deleted", str(catcher.exception))
                    self.assertTrue(record.exists())
