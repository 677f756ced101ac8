from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL


class CrmReferralReferrer(models.Model):
    """The page of a customer who may introduce us: one link per customer and company.

    The link is the customer's and outlives a request, so that they find again whom
    they introduced. Nobody reads or writes these records; who may work on a request of
    the customer has methods there.
    """

    _name = "crm.referral.referrer"
    _description = "Referrer's Page"
    _inherit = ["crm.referral.page.mixin", "crm.personal.link.mixin"]
    _order = "id desc"
    _link_path = "/referral"

    partner_id = fields.Many2one(
        comodel_name="res.partner", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    used_on = fields.Datetime(
        readonly=True, help="When something was last done on the page."
    )
    opened_by_ids = fields.Many2many(
        comodel_name="res.users",
        relation="crm_referral_referrer_opened_rel",
        readonly=True,
        help="Colleagues who had the page open.",
    )
    copied_by_ids = fields.Many2many(
        comodel_name="res.users",
        relation="crm_referral_referrer_copied_rel",
        readonly=True,
        help="Colleagues who copied the link.",
    )

    _partner_uniq = models.UniqueIndex(
        "(partner_id, company_id)", "A customer has one page in each company."
    )

    # === BUSINESS METHODS === #

    @api.model
    def _find(self, partner, company):
        """:return: the page of a customer, if they have one; in sudo mode"""
        # sudo: nobody reads these; who calls this knows that it is the customer's
        return self.sudo().search(
            [("partner_id", "=", partner.id), ("company_id", "=", company.id)]
        )

    @api.model
    def _find_or_create(self, partner, company):
        """:return: the page of a customer, in sudo mode"""
        page = self._find(partner, company)
        if not page:
            # SQL: of two at the same time the later one starts again, and finds it
            self.env.execute_query(
                SQL(
                    """
                    INSERT INTO crm_referral_referrer
                        (partner_id, company_id, access_token,
                         create_uid, create_date, write_uid, write_date)
                    VALUES (%(partner)s, %(company)s, %(token)s,
                            %(uid)s, %(now)s, %(uid)s, %(now)s)
                    ON CONFLICT DO NOTHING RETURNING id
                    """,
                    partner=partner.id,
                    company=company.id,
                    token=self._default_access_token(),
                    uid=self.env.uid,
                    now=self.env.cr.now(),
                )
            )
            self.invalidate_model()
            page = self._find(partner, company)
        return page

    @api.model
    def _get_all_of(self, partners):
        """:return: pages of these customers, one in each company that has asked them;
            in sudo mode. Where there is none yet it is made up and not kept.
        :rtype: list
        """
        # sudo: who calls this knows that the customers are the reader's own
        Page = self.sudo()
        pages = Page.search([("partner_id", "in", partners.ids)])
        known = {(page.partner_id, page.company_id): page for page in pages}
        asked = (
            self.env["crm.referral"]
            .sudo()  # sudo: as above
            ._read_group(
                [("partner_id", "in", partners.ids)], ["partner_id", "company_id"]
            )
        )
        for partner, company in asked:
            if (partner, company) not in known:
                known[partner, company] = Page.new(
                    {"partner_id": partner.id, "company_id": company.id}
                )
        return list(known.values())

    def _touch(self):
        """Make everything that is done on one page come one after the other.

        The later one of two starts again, and sees what the first one did.
        """
        self.flush_recordset()
        # SQL: the ORM leaves a value that stays the same unwritten
        self.env.execute_query(
            SQL(
                """
                UPDATE crm_referral_referrer SET used_on = %(now)s
                 WHERE id = %(id)s RETURNING id
                """,
                now=self.env.cr.now().replace(microsecond=0),
                id=self.id,
            )
        )
        self.invalidate_recordset(["used_on"])

    # === PERSONAL LINK === #

    def _get_page_status(self):
        status = super()._get_page_status()
        return status if self.partner_id.active else "revoked"

    def _get_page_langs(self):
        return [self.partner_id.lang] if self else []

    def _note_opened_by(self, user):
        new = self.filtered(lambda page: user not in page.opened_by_ids)
        new.opened_by_ids = [Command.link(user.id)]
        for page in new.with_context(lang=user.lang):
            page._log_link_use(
                user, page.env._("%(who)s has the customer's page open.", who=user.name)
            )

    def _note_copied_by(self, user):
        """Keep which colleague has the link: each time, as each is another purpose."""
        self.copied_by_ids = [Command.link(user.id)]
        page = self.with_context(lang=user.lang)
        page._log_link_use(
            user, page.env._("%(who)s copied the customer's link.", who=user.name)
        )

    def _log_link_use(self, user, text):
        self._get_last_request().message_post(
            body=text, author_id=user.partner_id.id, subtype_xmlid="mail.mt_note"
        )
