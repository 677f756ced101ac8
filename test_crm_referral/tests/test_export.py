import io

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestSecondExport(TransactionCase):
    """The engine of exports knows nothing of requests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,base.group_allow_export"
        cls.user = new_test_user(cls.env, login="test_exporter", groups=groups)
        cls.other = new_test_user(cls.env, login="test_other", groups="base.group_user")
        cls.env["test.conversation"].create(
            [{"greeting": f"Hello {number}"} for number in range(3)]
        )
        cls.export = cls.env["test.export"].with_user(cls.user).create({})

    def _get_greetings(self):
        content = self.export.sudo().attachment_id.raw
        sheet = openpyxl.load_workbook(io.BytesIO(content))["Greetings"]
        return sorted(cell.value for cell in sheet["A"] if cell.value)

    def test_at_once(self):
        action = self.export.action_export()
        self.assertEqual(action["type"], "ir.actions.act_url")
        self.assertEqual(self.export.state, "done")
        expected = ["Greeting", "Hello 0", "Hello 1", "Hello 2"]
        self.assertEqual(self._get_greetings(), expected)

    def test_in_the_background(self):
        Parameter = self.env["ir.config_parameter"]
        Parameter.set_param("xlsx_stream.export_direct_rows", "1")
        self.export.action_export()
        self.assertEqual(self.export.state, "queued")
        self.export.action_cancel()
        self.assertEqual(self.export.state, "cancelled")
        self.export.action_retry()
        with self.enter_registry_test_mode():
            self.env.ref("xlsx_stream.ir_cron_export").method_direct_trigger()
        self.assertEqual(self.export.state, "done")
        self.assertEqual(len(self._get_greetings()), 4)

    def test_rights(self):
        with self.assertRaises(AccessError):
            self.env["test.export"].with_user(self.other).create({})
        with self.assertRaises(UserError):
            self.export.with_user(self.user).write({"state": "done"})
