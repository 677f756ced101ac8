from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_foundation.tools.local_time import local_date
from odoo.addons.crm_foundation.tools.sentences import join_sentences

# Whoever got here has begun to ask, even if a step before was skipped.
ASKING_STEPS = ("suggest", "introduce", "follow_through")


class CrmReferral(models.Model):
    """Who may be asked, and how a manager allows what a rule speaks against."""

    _inherit = "crm.referral"

    quiet_ids = fields.One2many(
        comodel_name="crm.referral.quiet",
        inverse_name="referral_id",
        copy=False,
        groups="base.group_system",
        help="The customer was asked before this request was reopened.",
    )
    existing_referral_id = fields.Many2one(
        comodel_name="crm.referral",
        string="Open Request",
        compute="_compute_can_override",
        help="The request in which this customer is being asked, if you may see it.",
    )
    can_override = fields.Boolean(compute="_compute_can_override")
    is_being_asked = fields.Boolean(compute="_compute_can_override")

    # === COMPUTE METHODS === #

    @api.depends("partner_id", "company_id")
    @api.depends_context("uid")
    def _compute_can_override(self):
        """A manager may override a rule, but not ask in two requests at once."""
        is_manager = self.env.user.has_group("sales_team.group_sale_manager")
        for company, referrals in self.grouped("company_id").items():
            open_referrals = referrals.partner_id.with_company(
                company
            )._get_open_referrals(exclude_referrals=referrals._origin)
            for referral in referrals:
                # sudo: whether there is one; which one, only if the user may see it
                existing = open_referrals.get(referral.partner_id._origin)
                referral.can_override = is_manager and not existing
                referral.is_being_asked = bool(existing)
                referral.existing_referral_id = (
                    existing.with_env(self.env)._filtered_access("read")
                    if existing
                    else False
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """An import knows when a request ended; nobody else says so."""
        Model = self._without_defaults(self._protected_fields)
        if self.env.su:
            return super().create(vals_list)
        ended_on = [
            fields.Datetime.to_datetime(vals.get("closed_on"))
            if vals.get("outcome")
            else None
            for vals in vals_list
        ]
        now = self.env.cr.now()
        if any(moment and moment > now for moment in ended_on):
            raise UserError(
                self.env._("A request cannot have ended in the future: “Closed On”.")
            )
        vals_list = [
            {key: value for key, value in vals.items() if key != "closed_on"}
            if moment
            else vals
            for vals, moment in zip(vals_list, ended_on, strict=True)
        ]
        referrals = super(CrmReferral, Model).create(vals_list)
        for referral, moment in zip(referrals, ended_on, strict=True):
            if moment:
                # sudo: the end of the quiet period follows from it
                referral.sudo()._set_closed_on(moment)
        return referrals

    def write(self, vals):
        asked_before = self.browse()
        if {"partner_id", "company_id", "outcome", "active"} & vals.keys():
            self.check_access("write")
            # sudo: the logs decide, also where the user does not see them
            asked_before = self.sudo().filtered(lambda r: r._was_asked())
            asked_before._check_customer_stays(vals)
            if not vals.get("active", True):
                Quiet = self.env["crm.referral.quiet"]
                Quiet._keep(asked_before.filtered(lambda r: r.active and not r.outcome))
            if "outcome" in vals and not vals["outcome"]:
                Quiet = self.env["crm.referral.quiet"]
                Quiet._keep(asked_before.filtered("outcome"))
        return super().write(vals)

    def unlink(self):
        self.check_access("unlink")
        self.env["crm.referral.quiet"]._keep(self)
        return super().unlink()

    # === BUSINESS METHODS === #

    def _was_asked(self):
        """Whether the customer has heard our question in this request.

        A step that was skipped says nothing, nor does a request that was cancelled
        before its first step was done.
        """
        self.ensure_one()
        if self.outcome in ("introduced", "declined", "no_candidate"):
            return True
        if self.with_context(active_test=False).candidate_ids:
            return True
        if self.sudo().quiet_ids:  # sudo: nobody sees these, they only count
            return True
        stays = self.step_log_ids
        return "done" in stays.mapped("outcome") or any(
            code in ASKING_STEPS
            for code in (stays.step_id | self.step_id).mapped("code")
        )

    def _check_customer_stays(self, vals):
        """:raise UserError: when the customer of an asked request is exchanged."""
        for referral in self:
            if (
                vals.get("partner_id", referral.partner_id.id) != referral.partner_id.id
                or vals.get("company_id", referral.company_id.id)
                != referral.company_id.id
            ):
                raise UserError(
                    self.env._(
                        "%(customer)s has been asked in this request, so its customer "
                        "and its company stay. End it, and start another request for "
                        "the other customer.",
                        customer=referral.partner_id.display_name,
                    )
                )

    def _get_next_ask_date(self, moment):
        """:return: the day from which a customer asked at a moment is asked again."""
        self.ensure_one()
        day = local_date(moment, self.partner_id, self.company_id, self.user_id)
        days = self.company_id.referral_quiet_days if self._was_asked() else 0
        return day + timedelta(days=days)

    def _set_closed_on(self, moment):
        """Keep when the request ended, and until when the customer is left in peace."""
        for referral in self:
            referral.write(
                {
                    "closed_on": moment,
                    "next_ask_date": referral._get_next_ask_date(moment),
                }
            )

    @api.model
    def _check_no_open_request(self, customers, exclude_referrals=None):
        """Say it kindly before the unique index does, which settles a race.

        :param set customers: pairs of partner id and company id
        :param exclude_referrals: requests that do not count, such as those at hand
        :raise UserError: when a customer has an open request in that company
        """
        # sudo: a colleague's request counts too; only the name of the customer is told
        open_referrals = self.sudo().search_fetch(
            [
                (
                    "partner_id",
                    "in",
                    [partner_id for partner_id, _company in customers],
                ),
                ("outcome", "=", False),
                ("id", "not in", exclude_referrals.ids if exclude_referrals else []),
            ],
            ["partner_id", "company_id", "user_id"],
        )
        for referral in open_referrals:
            if (referral.partner_id.id, referral.company_id.id) in customers:
                raise UserError(
                    self.env._(
                        "%(customer)s already has an open referral request "
                        "(%(salesperson)s). Go on with that one.",
                        customer=referral.partner_id.display_name,
                        salesperson=referral.user_id.name or self.env._("unassigned"),
                    )
                )

    @api.model
    def _get_customer(self, vals):
        """:return: ids of the partner and the company in values of a request."""
        defaults = self.env.context
        return (
            vals.get("partner_id") or defaults.get("default_partner_id"),
            vals.get("company_id")
            or defaults.get("default_company_id")
            or self.env.company.id,
        )

    def _get_asked_customer(self):
        """:return: who is being asked, and for which company; None if nobody is."""
        self.ensure_one()
        if self.outcome or not self.active:
            return None
        return self.partner_id, self.company_id

    def _check_ask_allowed(self):
        """Check that the customer of every open request may be asked.

        :raise UserError: says why not, and what would help; a manager may override with
            a reason, which is logged
        """
        for company, referrals in (
            self.filtered(lambda r: not r.outcome).grouped("company_id").items()
        ):
            blockers = referrals.partner_id.with_company(
                company
            )._get_referral_blockers(exclude_referrals=referrals)
            for referral in referrals:
                reasons = blockers[referral.partner_id]
                if reasons:
                    referral._override_blockers(list(reasons.values()))

    def _override_blockers(self, reasons):
        """Ask in spite of the given reasons: a manager only, in writing."""
        self.ensure_one()
        if self.can_override and (self.override_reason or "").strip():
            self.message_post(
                body=self.env._(
                    "%(manager)s allowed this request in spite of: %(blockers)s "
                    "Reason: %(reason)s",
                    manager=self.env.user.name,
                    blockers=join_sentences(self.env, reasons),
                    reason=self.override_reason,
                ),
                subtype_xmlid="mail.mt_note",
            )
            return
        way_out = (
            self.env._("Write down why you ask all the same, as the override reason.")
            if self.can_override
            else self.env._("A sales manager may allow it with a written reason.")
        )
        raise UserError("\n".join([*reasons, way_out]))
