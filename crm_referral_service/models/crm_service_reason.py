from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmServiceReason(models.Model):
    """Why a customer turns to us; a tree of which only the leaves are chosen."""

    _name = "crm.service.reason"
    _description = "Reason for a Contact"
    _parent_store = True
    _order = "complete_name, id"
    _rec_name = "complete_name"

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        compute="_compute_complete_name", store=True, recursive=True
    )
    parent_id = fields.Many2one(
        comodel_name="crm.service.reason",
        string="Part Of",
        index=True,
        ondelete="restrict",
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many(
        comodel_name="crm.service.reason", inverse_name="parent_id"
    )
    owner_id = fields.Many2one(
        comodel_name="res.users",
        string="Owner",
        domain=[("share", "=", False)],
        index="btree_not_null",
        ondelete="set null",
        help="Who can do away with the cause; seldom somebody in service.",
    )
    section_ids = fields.Many2many(
        comodel_name="crm.assessment.section",
        relation="crm_service_reason_section_rel",
        column1="reason_id",
        column2="section_id",
        string="Areas of the Cause",
        help="Where the cause mostly lies: proposed for each complaint with this "
        "reason.",
    )
    active = fields.Boolean(default=True)

    _name_uniq = models.UniqueIndex(
        "(COALESCE(parent_id, 0), (name->>'en_US')) WHERE active",
        "There is already a reason of this name here.",
    )

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for reason in self:
            parent = reason.parent_id.complete_name
            reason.complete_name = (
                f"{parent} / {reason.name}" if parent else reason.name
            )

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._("A reason cannot be part of itself. Choose another one.")
            )
