from odoo import fields, models
from odoo.exceptions import UserError


class TestPage(models.Model):
    """Something that one person outside says something to, behind their link."""

    _name = "test.page"
    _description = "Test Page"
    _inherit = ["crm.personal.link.mixin"]
    _rec_name = "words"
    _link_path = "/test/page"

    words = fields.Char()
    lang = fields.Char()
    company_id = fields.Many2one(
        comodel_name="res.company", default=lambda self: self.env.company
    )

    def _get_page_langs(self):
        return [self.lang]

    def _say(self, words):
        self.words = words
        if not words:
            raise UserError(self.env._("Say something."))
        return "said"
