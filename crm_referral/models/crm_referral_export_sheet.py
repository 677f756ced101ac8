from odoo import fields, models


class CrmReferralExportSheet(models.Model):
    """A sheet that a workbook may have.

    What it shows is in the model ``crm.referral.sheet.<code>``.
    """

    _name = "crm.referral.export.sheet"
    _description = "Sheet of a Referral Workbook"
    _inherit = "crm.guarded.mixin"
    _order = "sequence, id"
    # The code names a model.
    _protected_fields = frozenset({"code"})

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    description = fields.Char(translate=True)
    sequence = fields.Integer(default=10, aggregator=None)

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "There is already a sheet with this code."
    )
