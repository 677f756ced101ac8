from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.group_together import group_sql, read_together

COUNTED = {"contact_count": "crm.service.contact", "complaint_count": "crm.complaint"}
VALUES = [("valuable", "Valuable"), ("irritating", "Irritating")]
KINDS = [("valued", "Good that they came"), ("dumb", "Should not have been")]
STRATEGIES = [
    ("eliminate", "Eliminate"),
    ("pre_empt", "Pre-empt"),
    ("self_serve", "Self-serve"),
    ("streamline", "Streamline"),
    ("leverage", "Leverage"),
]
# By what such a contact is to the customer, and to the company.
STRATEGY_OF = {
    ("irritating", "irritating"): "eliminate",
    ("irritating", "valuable"): "streamline",
    ("valuable", "irritating"): "self_serve",
    ("valuable", "valuable"): "leverage",
}
# Fewer say too little; more are not found while the customer waits.
MIN_LEAVES, MAX_LEAVES = 10, 60


class CrmServiceReason(models.Model):
    """Why a customer turns to us; a tree of which only the leaves are chosen."""

    _name = "crm.service.reason"
    _description = "Reason for a Contact"
    _inherit = ["crm.guarded.mixin", "crm.service.reason.matrix.mixin"]
    _parent_store = True
    _order = "parent_id, name, id"
    _rec_names_search = ["name", "parent_id.name"]

    name = fields.Char(required=True, translate=True)
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
    value_customer = fields.Selection(
        selection=VALUES,
        string="To the Customer",
        help="Whether the customer has something of such a contact, or would rather "
        "not need it.",
    )
    value_company = fields.Selection(
        selection=VALUES,
        string="To Us",
        help="Whether we have something of such a contact, or would rather spare it.",
    )
    strategy = fields.Selection(
        selection=STRATEGIES,
        compute="_compute_strategy",
        store=True,
        readonly=False,
        help="What to do about it. Irritating to both: eliminate the cause. To the "
        "customer only: streamline. To us only: let customers serve themselves. "
        "Valuable to both: leverage. You may choose another one, as to pre-empt it: "
        "tell customers before they ask.",
    )
    default_kind = fields.Selection(
        selection=KINDS,
        string="Usually",
        help="Proposed for each contact with this reason.",
    )
    contact_count = fields.Integer(
        string="Service Contacts",
        compute="_compute_counts",
        help="Contacts with this reason that you may see.",
    )
    complaint_count = fields.Integer(
        string="Complaints",
        compute="_compute_counts",
        help="Complaints with this reason that you may see.",
    )
    size_hint = fields.Char(compute="_compute_size_hint")
    active = fields.Boolean(default=True)

    _name_uniq = models.UniqueIndex(
        "(COALESCE(parent_id, 0), (name->>'en_US')) WHERE active",
        "There is already a reason of this name here.",
    )

    # === COMPUTE METHODS === #

    @api.depends("name", "parent_id.name", "parent_path")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for reason in self:
            names, each = [], reason
            while each:
                names.append(each.name or "")
                each = each.parent_id
            reason.display_name = " / ".join(reversed(names))

    @api.depends("value_customer", "value_company")
    def _compute_strategy(self):
        for reason in self:
            reason.strategy = STRATEGY_OF.get(
                (reason.value_customer, reason.value_company)
            )

    def _compute_counts(self):
        found = read_together(
            self.env,
            {
                fname: group_sql(self.env[model], "reason_id", self.ids, Domain.TRUE)
                for fname, model in COUNTED.items()
            },
        )
        for reason in self:
            for fname in COUNTED:
                (count,) = found[fname].get(reason._origin.id, (0,))
                reason[fname] = int(count)

    @api.depends("active", "parent_id")
    def _compute_size_hint(self):
        leaves = self.search_count(self._get_leaf_domain())
        self.size_hint = not MIN_LEAVES <= leaves <= MAX_LEAVES and self.env._(
            "There are %(count)s reasons to choose from. %(min)s to %(max)s are a good "
            "number: with fewer you learn little, and among more nobody finds the "
            "right one while the customer waits.",
            count=leaves,
            min=MIN_LEAVES,
            max=MAX_LEAVES,
        )

    # === CONSTRAINT METHODS === #

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._("A reason cannot be part of itself. Choose another one.")
            )

    @api.constrains("owner_id")
    def _check_owner_id(self):
        if self.owner_id.filtered("share"):
            raise ValidationError(
                self.env._("Choose an owner who works here, not a portal user.")
            )

    # === ACTION METHODS === #

    def action_view_contacts(self):
        """Show the contacts with this reason.

        :return: a window action
        """
        return self._view("crm_service_contact_action")

    def action_view_complaints(self):
        """Show the complaints with this reason, ended ones too.

        :return: a window action
        """
        return self._view("crm_complaint_action")

    def _view(self, name):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"crm_referral_service.{name}"
        )
        action["domain"] = [("reason_id", "=", self.id)]
        action["context"] = {"default_reason_id": self.id}
        return action

    # === BUSINESS METHODS === #

    @api.model
    def _get_leaf_domain(self):
        """:return: a domain: reasons to choose from; those above only sort them."""
        return Domain("active", "=", True) & Domain(
            "child_ids", "not any", [("active", "=", True)]
        )

    def _check_can_be_chosen(self):
        """To call where a record gets a reason.

        :raise ValidationError: for one that is archived, or has parts of its own
        """
        for reason in self:
            if not reason.active:
                raise ValidationError(
                    self.env._(
                        "“%(reason)s” is not used any more. Choose another reason.",
                        reason=reason.display_name,
                    )
                )
            if reason.child_ids.filtered("active"):
                raise ValidationError(
                    self.env._(
                        "“%(reason)s” has parts of its own. Choose one of them.",
                        reason=reason.display_name,
                    )
                )
