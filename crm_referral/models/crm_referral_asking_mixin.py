from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_foundation.tools.local_time import local_date
from odoo.addons.crm_foundation.tools.sentences import join_sentences

# Whoever got here has begun to ask, even if a step before was skipped.
ASKING_STEPS = ("suggest", "introduce", "follow_through")


class CrmReferralAskingMixin(models.AbstractModel):
    """Who may be asked, and how a manager allows what a rule speaks against."""

    _name = "crm.referral.asking.mixin"
    _description = "Whether a Customer May Be Asked"
    _inherit = ["crm.guided.conversation"]

    partner_do_not_ask = fields.Boolean(
        string="Do Not Ask for Referrals", compute="_compute_partner_do_not_ask"
    )
    partner_readiness_note = fields.Char(
        related="partner_id.referral_stop_note",
        help="Shown while a new request is written: why the customer may not be asked.",
    )
    next_ask_date = fields.Date(
        readonly=True,
        copy=False,
        help="From this day on the customer may be asked again.",
    )
    override_reason = fields.Char(
        copy=False,
        tracking=True,
        help="Why a manager lets us ask this customer although a rule says no.",
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

    @api.depends("partner_id.referral_do_not_ask")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_partner_do_not_ask(self):
        visible = self.partner_id._origin._filtered_access("read")
        for referral in self:
            partner = referral.partner_id._origin & visible
            referral.partner_do_not_ask = partner.referral_do_not_ask

    @api.depends("partner_id", "company_id")
    @api.depends_context("uid")
    def _compute_can_override(self):
        """A manager may override a rule, but not ask in two requests at once."""
        is_manager = self.env.user.has_group(self._manager_group)
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
        self._check_no_open_request(
            {
                self._get_customer(vals)
                for vals in vals_list
                if not vals.get("outcome") and vals.get("active", True)
            }
        )
        referrals = super().create(vals_list)
        referrals._check_ask_allowed()
        self.env["crm.referral.ask"]._on_begun(referrals)
        return referrals

    def write(self, vals):
        if not {"partner_id", "company_id", "outcome", "active"} & vals.keys():
            return super().write(vals)
        self.check_access("write")
        # sudo: the logs decide, also where the user does not see them
        self_sudo = self.sudo()
        self_sudo._check_written_customer(vals)
        self_sudo._keep_quiet(vals)
        asked = {referral: referral._get_asked_customer() for referral in self_sudo}
        result = super().write(vals)
        # Another customer, a reopened or an unarchived request: somebody is asked anew.
        self_sudo.filtered(
            lambda r: r._get_asked_customer() not in (None, asked[r])
        )._check_ask_allowed()
        return result

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

    def _keep_quiet(self, vals):
        """Who was asked is left in peace, also when these values are written."""
        Quiet = self.env["crm.referral.quiet"]
        if not vals.get("active", True):
            Quiet._keep(self.filtered(lambda r: r.active and not r.outcome))
        if "outcome" in vals and not vals["outcome"]:
            Quiet._keep(self.filtered("outcome"))

    def _check_written_customer(self, vals):
        """:raise UserError: when nobody may be asked because of these values"""
        self.filtered(lambda r: r._was_asked())._check_customer_stays(vals)
        self._check_no_open_request(
            {
                (
                    vals.get("partner_id", referral.partner_id.id),
                    vals.get("company_id", referral.company_id.id),
                )
                for referral in self
                if not vals.get("outcome", referral.outcome)
                and vals.get("active", referral.active)
            },
            exclude_referrals=self,
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
        if not self._was_asked():
            return day
        # sudo: what the customer wishes counts, whoever may see them
        wished = self.sudo().partner_id._get_referral_interval_days()
        return day + timedelta(days=max(self.company_id.referral_quiet_days, wished))

    def _prepare_closing(self, moment):
        """The quiet period begins when the request ends."""
        return {
            **super()._prepare_closing(moment),
            "next_ask_date": moment and self._get_next_ask_date(moment),
        }

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
