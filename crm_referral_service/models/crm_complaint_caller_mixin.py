from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import LazyTranslate, email_normalize

_lt = LazyTranslate(__name__)

PLACEHOLDERS = {
    "object.customer_name": _lt("the customer's name"),
    "object.user_id.name": _lt("your name"),
    "object.company_id.name": _lt("our company"),
    "object.name": _lt("the number of the complaint"),
    "object.story": _lt("what happened, in the customer's words"),
    "object.feelings": _lt("what the customer feels"),
    "object.wanted_remedy": _lt("what would put it right"),
    "object.common_ground": _lt("what we agree on"),
    "object.our_part": _lt("what we do"),
    "object.gestures": _lt("what we give on top"),
}


class CrmComplaintCallerMixin(models.AbstractModel):
    """Who complains: a customer we know, or somebody of whom we know little.

    Nobody is asked for a customer number before being heard.
    """

    _name = "crm.complaint.caller.mixin"
    _description = "Who Complains"
    _inherit = ["crm.guided.conversation"]

    partner_id = fields.Many2one(
        help="Empty while we do not know who it is; that stops nothing.",
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Customer's Company",
        store=True,
        index="btree_not_null",
    )
    caller_name = fields.Char(
        string="Name of the Caller", help="How the person wants to be called."
    )
    email = fields.Char(
        compute="_compute_way_back", store=True, readonly=False, precompute=True
    )
    email_normalized = fields.Char(
        compute="_compute_email_normalized", store=True, index="btree_not_null"
    )
    phone = fields.Char(
        compute="_compute_way_back", store=True, readonly=False, precompute=True
    )
    no_answer_wanted = fields.Boolean(
        string="Wants No Answer",
        help="The customer only wanted to say it, and leaves no way back.",
    )
    customer_name = fields.Char(compute="_compute_customer_name")

    # === COMPUTE METHODS === #

    @api.depends("partner_id")
    def _compute_way_back(self):
        for record in self:
            # sudo: where to call back is what the complaint is about
            partner = record.partner_id.sudo()
            record.email = record.email or partner.email
            record.phone = record.phone or partner.phone

    @api.depends("email")
    def _compute_email_normalized(self):
        for record in self:
            record.email_normalized = email_normalize(record.email) or False

    @api.depends("partner_id.name", "caller_name")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_customer_name(self):
        visible = self.partner_id._origin._filtered_access("read")
        for record in self:
            partner = record.partner_id._origin & visible
            record.customer_name = partner.name or record.caller_name

    # === BUSINESS METHODS === #

    @api.model
    def _get_count_domains(self):
        """:return: what the forms of customers and leads count, by the field's name
        :rtype: dict[str, Domain]
        """
        return {
            "complaint_count": Domain.TRUE,
            "open_complaint_count": Domain("outcome", "=", False),
        }

    # === WHAT TO SAY === #

    def _get_conversation_partner(self):
        return self.partner_id._origin._filtered_access("read")

    @api.model
    def _get_talk_track_placeholders(self):
        """:return: what the words of a step may say of a complaint."""
        lang = self.env.lang or "en_US"
        return {
            **super()._get_talk_track_placeholders(),
            **{name: label._translate(lang) for name, label in PLACEHOLDERS.items()},
        }

    def _has_way_back(self):
        """:return: whether we can answer, or nobody wants an answer."""
        self.ensure_one()
        return bool(self.email or self.phone or self.no_answer_wanted)
