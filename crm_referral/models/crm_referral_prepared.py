from odoo import api, fields, models

# What a candidate takes over from what was prepared.
WHO = ("name", "function", "partner_name")


class CrmReferralPrepared(models.Model):
    """Somebody the rep wants to bring up: prepared before the talk, for our eyes only.

    It is neither said by itself nor told to anybody. Whoever was brought up becomes a
    candidate; what was not is deleted with the end of the request.
    """

    _name = "crm.referral.prepared"
    _description = "Prepared Name"
    _inherit = ["crm.guarded.mixin"]
    _order = "id"
    _check_company_auto = True
    _protected_fields = frozenset({"candidate_id"})

    referral_id = fields.Many2one(
        comodel_name="crm.referral",
        string="Request",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    user_id = fields.Many2one(
        related="referral_id.user_id", string="Salesperson", store=True, index=True
    )
    company_id = fields.Many2one(
        related="referral_id.company_id", string="Company", store=True, index=True
    )
    name = fields.Char(
        string="Person", help="Leave empty while only the job position is known."
    )
    function = fields.Char(
        string="Job Position", help="For example: finance head of a clinic of 50."
    )
    partner_name = fields.Char(string="Organization")
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The lead that this was prepared from.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The contact that this was prepared from.",
    )
    candidate_id = fields.Many2one(
        comodel_name="crm.referral.candidate",
        index="btree_not_null",
        ondelete="cascade",
        readonly=True,
        copy=False,
        help="The candidate it has become.",
    )
    used = fields.Boolean(
        compute="_compute_used", help="It was brought up and is among the candidates."
    )

    _named = models.Constraint(
        "CHECK (COALESCE(name, '') <> '' OR COALESCE(function, '') <> '')",
        "Write a name or a job position.",
    )

    # === COMPUTE METHODS === #

    @api.depends("name", "function", "partner_name")
    def _compute_display_name(self):
        for prepared in self:
            who = (prepared.name or prepared.function, prepared.partner_name)
            prepared.display_name = " · ".join(dict.fromkeys(filter(None, who)))

    @api.depends("candidate_id")
    def _compute_used(self):
        for prepared in self:
            prepared.used = bool(prepared.candidate_id)

    # === ACTION METHODS === #

    def action_take(self):
        """Make candidates of these: the rep has brought them up.

        :return: True
        :raise UserError: when a request has ended
        """
        self.check_access("write")
        unused = self.filtered(lambda prepared: not prepared.candidate_id)
        unused.referral_id._check_conversation_open()
        candidates = self.env["crm.referral.candidate"].create(
            [prepared._prepare_candidate() for prepared in unused]
        )
        for prepared, candidate in zip(unused, candidates, strict=True):
            # sudo: what has become of it is kept by us
            prepared.sudo().candidate_id = candidate
        return True

    # === BUSINESS METHODS === #

    def _prepare_candidate(self):
        """:return: values of the candidate that this becomes; no contact data yet."""
        self.ensure_one()
        return {
            "referral_id": self.referral_id.id,
            "named_by": "rep",
            "source_lead_id": self.lead_id.id,
            "source_partner_id": self.partner_id.id,
            **{fname: self[fname] for fname in WHO},
        }
