from odoo import fields, models


class CrmAssessmentScale(models.Model):
    """How an item is answered: an ordered set of options."""

    _name = "crm.assessment.scale"
    _description = "Answer Scale"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    option_ids = fields.One2many(
        comodel_name="crm.assessment.option", inverse_name="scale_id", copy=True
    )
    all_option_ids = fields.One2many(
        comodel_name="crm.assessment.option",
        inverse_name="scale_id",
        string="Answers",
        context={"active_test": False},
        help="With those that are archived and cannot be chosen any more.",
    )
    active = fields.Boolean(default=True)
