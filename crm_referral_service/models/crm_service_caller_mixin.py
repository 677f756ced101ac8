from odoo import api, fields, models
from odoo.tools import email_normalize

from odoo.addons.crm_foundation.tools.languages import first_installed

from ..tools.caller_words import without_extension

LONGEST_EMAIL = 254


class CrmServiceCallerMixin(models.AbstractModel):
    """Who turns to us: a customer we know, or somebody of whom we know little.

    Nobody is asked for a customer number before being heard.
    """

    _name = "crm.service.caller.mixin"
    _description = "Who Turns to Us"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        index=True,
        ondelete="restrict",
        check_company=True,
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
    wants_news = fields.Boolean(
        string="Wants to Hear What We Do",
        copy=False,
        help="The customer has said so: they hear by mail, once, what we did about it.",
    )
    customer_name = fields.Char(compute="_compute_customer_name")

    # === COMPUTE METHODS === #

    @api.depends("partner_id")
    def _compute_way_back(self):
        for record in self:
            # sudo: where to call back is what it is about
            partner = record.partner_id.sudo()
            record.email = record.email or partner.email
            record.phone = record.phone or partner.phone

    @api.depends("email")
    def _compute_email_normalized(self):
        for record in self:
            email = email_normalize(record.email, strict=False) or ""
            # Longer is no address, and too long for an index.
            is_fit = 0 < len(email) <= LONGEST_EMAIL
            record.email_normalized = is_fit and email

    @api.depends("partner_id.name", "caller_name")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_customer_name(self):
        visible = self.partner_id._origin._filtered_access("read")
        for record in self:
            partner = record.partner_id._origin & visible
            record.customer_name = partner.name or record.caller_name

    # === PHONE === #

    def _phone_get_country(self):
        """The customer's, else that of the company that is called, whoever notes it."""
        countries = super()._phone_get_country()
        for record in self:
            if country := record.company_id.country_id:
                countries.setdefault(record.id, country)
        return countries

    def _phone_format_number(
        self, number, country, force_format="E164", raise_exception=False
    ):
        """To whom a caller was put through tells nothing of who it is."""
        return super()._phone_format_number(
            number and without_extension(number),
            country,
            force_format=force_format,
            raise_exception=raise_exception,
        )

    # === MAIL === #

    def _get_customer_information(self):
        """Whom Odoo makes a customer of, to answer them, has a language, too."""
        info = super()._get_customer_information()
        for record in self:
            email = not record.partner_id and record.email_normalized
            if email and (lang := record._get_caller_lang()):
                info.setdefault(email, {})["lang"] = lang
        return info

    # === BUSINESS METHODS === #

    def _get_caller_langs(self):
        """:return: codes of the languages in which somebody turned to us, the best
            first; some may be empty
        :rtype: list
        """
        self.ensure_one()
        return []

    def _get_caller_lang(self):
        """:return: code of the language in which somebody turned to us, if any is known
        and in use
        """
        return first_installed(self.env, *self._get_caller_langs())

    def _get_reader_lang(self):
        """:return: the language to write in: the customer's own, else that in which
        they turned to us, else the company's
        """
        self.ensure_one()
        # sudo: in which language somebody reads is no secret
        record = self.sudo()
        return first_installed(
            self.env,
            record.partner_id.lang,
            *record._get_caller_langs(),
            record.company_id.partner_id.lang,
            self.env.lang,
        )

    def _is_among(self, partners, emails):
        """:return: whether who turned to us is one of these, known to us or not"""
        self.ensure_one()
        is_unknown = not self.partner_id and self.email_normalized in emails
        return self.partner_id in partners or is_unknown
