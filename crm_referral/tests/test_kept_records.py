import ast
import re
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from ..models.kept_records import KEPT_RECORDS

ADDON = Path(__file__).parents[1]
XML_ID = re.compile(r"crm_referral\.[a-z0-9_]+")
# Nobody deletes these by a screen: they belong to the system's administrator.
TECHNICAL = (
    "ir.actions.act_window",
    "ir.actions.report",
    "ir.cron",
    "ir.ui.menu",
    "ir.ui.view",
)


@tagged("post_install", "-at_install")
class TestKeptRecords(TransactionCase):
    def _find_xml_ids(self):
        """:return: what the code names and the database has, by external id."""
        found = {}
        for path in sorted(ADDON.rglob("*.py")):
            if "tests" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    if XML_ID.fullmatch(node.value) and (
                        record := self.env.ref(node.value, raise_if_not_found=False)
                    ):
                        found[node.value] = record
        return found

    def test_every_record_that_the_code_names_is_kept(self):
        named = self._find_xml_ids()
        self.assertIn("crm_referral.mail_activity_type_step", named)
        kept = {xml_id for xml_ids in KEPT_RECORDS.values() for xml_id in xml_ids}
        unprotected = {
            xml_id
            for xml_id, record in named.items()
            if record._name not in TECHNICAL and xml_id not in kept
        }
        self.assertFalse(unprotected, "add them to KEPT_RECORDS, or do without")

    def test_they_cannot_be_deleted(self):
        for model, xml_ids in KEPT_RECORDS.items():
            for xml_id in xml_ids:
                record = self.env.ref(xml_id)
                with self.subTest(xml_id):
                    self.assertEqual(record._name, model)
                    with self.assertRaises(UserError) as catcher:
                        record.unlink()
                    self.assertIn("needed by referrals", str(catcher.exception))
                    self.assertTrue(record.exists())
