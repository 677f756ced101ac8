from odoo import api, fields, models
from odoo.fields import Domain


class CrmReferralExportSheet(models.Model):
    """A sheet that a workbook may have.

    What it shows is in the model ``crm.referral.sheet.<code>``.
    """

    _name = "crm.referral.export.sheet"
    _description = "Sheet of a Referral Workbook"
    _inherit = "crm.guarded.mixin"
    _order = "sequence, id"
    # The code names a model.
    _protected_fields = frozenset({"code", "area", "group_ids"})

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    description = fields.Char(translate=True)
    sequence = fields.Integer(default=10, aggregator=None)
    area = fields.Char(
        export_string_translation=False,
        help="The model that the sheet is about: it is offered when nothing, or "
        "records of that model, were selected. Empty: it is about all.",
    )
    group_ids = fields.Many2many(
        comodel_name="res.groups",
        string="For Groups",
        help="Whoever is in none of these groups cannot choose the sheet.",
    )

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "There is already a sheet with this code."
    )

    @api.model
    def _get_default(self, selected_model=False):
        """:param selected_model: of the records that were selected, if any were
        :return: the sheets of a workbook for which nobody has chosen others
        """
        domain = Domain("code", "!=", False)
        if selected_model:
            domain &= Domain("area", "in", [False, selected_model])
        return self.search(domain)
