from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.xlsx_stream.tools.workbook import Column, SheetSpec, StreamWorkbook


class TestExport(models.Model):
    """A second workbook: one big sheet of conversations."""

    _name = "test.export"
    _description = "Test Export"
    _inherit = ["xlsx.export.mixin"]

    name = fields.Char(default="Conversations")

    def _count_export_rows(self):
        return self.env["test.conversation"].search_count([])

    def _build_export(self, env, target, progress=None, spool=None):
        query = env["test.conversation"]._search([])
        rows = query.select(SQL.identifier("test_conversation", "greeting"))
        env.flush_all()
        with StreamWorkbook(env.cr, target, progress=progress, spool=spool) as book:
            book.add_sheet(SheetSpec("Greetings", [Column("Greeting")], rows))
        return book.report
