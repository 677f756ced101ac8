from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain

# What tells who somebody is. The words about the matter stay, for the sake of causes.
PERSONAL_FIELDS = ("caller_name", "phone", "email", "callback_phone")


class CrmServiceContactPrivacyMixin(models.AbstractModel):
    """Callers who are no customers are forgotten, as the company has set it."""

    _name = "crm.service.contact.privacy.mixin"
    _description = "Unknown Callers"

    # === HOOKS === #

    @api.model
    def _get_personal_fields(self):
        """What tells who called. A bridge adds its own field.

        :return: names of fields that are emptied
        :rtype: tuple[str]
        """
        return PERSONAL_FIELDS

    # === JOB === #

    @api.model
    def _cron_forget_unknown(self, batch_size=500):
        """Take out who called, where it was nobody we know and long ago."""
        self.with_context(active_test=False)._process_in_batches(
            self._get_forgettable_domain(), "_forget_caller", batch_size=batch_size
        )
        self.env["crm.service.news"]._forget_unknown(self._get_past("create_date"))

    @api.model
    def _get_forgettable_domain(self):
        """:return: contacts of nobody we know, older than their company keeps them"""
        fnames = self._get_personal_fields()
        told = Domain.OR(Domain(fname, "!=", False) for fname in fnames)
        return Domain("partner_id", "=", False) & self._get_past("contacted_on") & told

    @api.model
    def _get_past(self, moment):
        """:return: domain of what is older than its company keeps it"""
        now = self.env.cr.now()
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain(moment, "<", now - relativedelta(months=months))
            for company in self.env["res.company"].search([])
            if (months := company.unknown_caller_months) > 0
        )

    def _forget_caller(self):
        """No name, number or address is left, and no mail that says it."""
        self.message_ids.unlink()
        self.write(dict.fromkeys(self._get_personal_fields(), False))
