from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.composer import compose

NEWS = "crm_referral_service.mail_template_fixed"
# Who told us longer ago has forgotten it.
YEARS_BACK = 1
MOMENTS = {"crm.service.contact": "contacted_on", "crm.complaint": "received_on"}


class CrmServiceToldMixin(models.AbstractModel):
    """“You told us, we fixed it”: all who told us of a reason hear what was done."""

    _name = "crm.service.told.mixin"
    _description = "Tells Who Told Us"

    news_ids = fields.One2many(
        comodel_name="crm.service.news",
        inverse_name="action_id",
        string="Who Was Told",
        readonly=True,
        copy=False,
        groups="crm_referral_service.group_service_user",
    )
    news_count = fields.Integer(
        string="Customers Told",
        compute="_compute_news_count",
        groups="crm_referral_service.group_service_user",
    )
    may_tell_callers = fields.Boolean(compute="_compute_may_tell_callers")

    # === COMPUTE METHODS === #

    @api.depends("news_ids.state")
    def _compute_news_count(self):
        for action in self:
            action.news_count = len(
                action.news_ids.filtered(lambda news: news.state == "sent")
            )

    @api.depends("kind", "state", "reason_id")
    def _compute_may_tell_callers(self):
        for action in self:
            # sudo: whether there is a reason tells nothing of it
            reason = action.sudo().reason_id
            action.may_tell_callers = bool(
                action.kind == "improvement" and action.state == "done" and reason
            )

    # === ACTION METHODS === #

    def action_tell_callers(self):
        """Write to those who told us, and want to hear of it; shown before it goes.

        :return: a window action: the composer
        :raise UserError: when there is nobody to tell
        """
        self.ensure_one()
        self.check_access("write")
        self.env["crm.service.news"].check_access("write")
        if not self.may_tell_callers:
            raise UserError(
                self.env._(
                    "There is nothing to tell yet: an improvement is told when it is "
                    "done, to customers who turned to us for its reason."
                )
            )
        # sudo: who told us may be a colleague's customer; each hears of it once
        news = self.env["crm.service.news"].sudo()._collect(self.sudo()).sudo(False)
        if not news:
            raise UserError(
                self.env._(
                    "There is nobody to tell: either all have heard of it, or no "
                    "customer with an e-mail address wants to hear what we did."
                )
            )
        return compose(
            news,
            # The mail in the window has an example; here stands what they will read.
            self.env._(
                "You told us, we fixed it: %(action)s (%(count)s customers)",
                action=self.name,
                count=len(news),
            ),
            NEWS,
            default_composition_mode="mass_mail",
            # Shown as it is, and not as the template finds it.
            default_email_from=self.company_id.email_formatted
            or self.env.user.email_formatted,
            # Who told us is no customer by that alone.
            mail_composer_force_partners=False,
        )

    # === BUSINESS METHODS === #

    def _get_callers(self):
        """:return: who told us and wants to hear: by normalized address, the customer
            (empty for somebody whom we do not know), their name and the language in
            which they told us. In sudo mode.
        :rtype: dict[str, dict]
        """
        self.ensure_one()
        callers = {}
        for model in MOMENTS:
            for record in self.env[model].search(self._get_callers_domain(model)):
                partner = record.partner_id
                caller = callers.setdefault(
                    partner.email_normalized or record.email_normalized,
                    {"partner_id": False, "name": record.caller_name, "lang": False},
                )
                caller["lang"] = (
                    caller["lang"] or partner.lang or record._get_caller_lang()
                )
                # Of a customer without an address: the one that they have told us.
                # Of several with one address, the one whom we have known for longest.
                known = caller["partner_id"]
                if partner.email_normalized and (not known or partner.id < known):
                    caller |= {"partner_id": partner.id, "name": partner.name}
        return callers

    def _get_callers_domain(self, model):
        """:return: domain of the records of a model whose customers are told
        :rtype: Domain
        """
        self.ensure_one()
        moment = MOMENTS[model]
        since = self.env.cr.now() - relativedelta(years=YEARS_BACK)
        domain = (
            Domain("wants_news", "=", True)
            & (
                Domain("email_normalized", "!=", False)
                | Domain("partner_id.email_normalized", "!=", False)
            )
            & Domain("reason_id", "child_of", self.reason_id.ids)
            & Domain("company_id", "=", self.company_id.id)
            & Domain(moment, ">=", since)
        )
        # What is confidential is not told.
        if model == "crm.complaint":
            return domain & Domain("is_confidential", "=", False)
        return domain & (
            Domain("complaint_id", "=", False)
            | Domain("complaint_id.is_confidential", "=", False)
        )
