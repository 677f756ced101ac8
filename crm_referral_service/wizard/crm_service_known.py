from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class CrmServiceKnown(models.TransientModel):
    """Asks which of several known contacts somebody is, and what else is theirs."""

    _name = "crm.service.known"
    _description = "Choose Who It Is"
    _inherit = ["crm.guarded.mixin"]

    res_model = fields.Char(required=True, export_string_translation=False)
    res_id = fields.Many2oneReference(
        model_field="res_model", required=True, export_string_translation=False
    )
    known_partner_ids = fields.Many2many(
        comodel_name="res.partner",
        compute="_compute_known_partner_ids",
        export_string_translation=False,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        domain="[('id', 'in', known_partner_ids)]",
    )

    is_known = fields.Boolean(
        compute="_compute_known_partner_ids", export_string_translation=False
    )
    nameless_ids = fields.Many2many(
        comodel_name="crm.service.contact",
        compute="_compute_known_partner_ids",
        export_string_translation=False,
    )
    also_ids = fields.Many2many(
        comodel_name="crm.service.contact",
        relation="crm_service_known_also_rel",
        string="Also Theirs",
        domain="[('id', 'in', nameless_ids)]",
    )

    # === COMPUTE METHODS === #

    @api.depends("res_model", "res_id")
    def _compute_known_partner_ids(self):
        for wizard in self:
            record = wizard._get_record()
            wizard.known_partner_ids = record._find_known_partners()
            wizard.is_known = bool(record.partner_id)
            wizard.nameless_ids = record._find_nameless()

    # === ACTION METHODS === #

    def action_apply(self):
        """It is the contact that was chosen, and so are those that are ticked.

        :return: action that closes the window
        :raise UserError: when none is chosen
        """
        self.ensure_one()
        record = self._get_record()
        record.check_access("write")
        if not record.partner_id and not self.partner_id:
            raise UserError(self.env._("Choose who it is."))
        # What was offered, and no other.
        also = self.also_ids & record._find_nameless()
        if not record.partner_id:
            record.partner_id = self.partner_id
        if also:
            record._claim_nameless(SQL("nameless.id = ANY(%s)", also.ids))
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS METHODS === #

    def _get_record(self):
        """:return: the record of somebody, whose own rights decide
        :raise UserError: when it is none of the models with callers
        """
        self.ensure_one()
        model = self.env.get(self.res_model)
        if model is None or not hasattr(model, "_find_known_partners"):
            raise UserError(self.env._("Choose who it is."))
        record = model.browse(self.res_id)
        record.check_access("read")
        return record
