from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_foundation.tools.composer import compose


class CrmReferralLinkMixin(models.AbstractModel):
    """A request whose customer has a page of their own, and gets the link to it.

    Who may change the request passes the link on; nobody but the customer gets it by
    mail, and who copies or opens it is noted.
    """

    _name = "crm.referral.link.mixin"
    _description = "Request with a Page for the Customer"
    _inherit = ["crm.personal.link.mail.mixin"]

    customer_page_status = fields.Selection(
        selection=[
            ("none", "Not sent yet"),
            ("open", "Open"),
            ("revoked", "Revoked"),
        ],
        string="Customer's Page",
        compute="_compute_customer_page",
        help="Whether the link to the customer's page works.",
    )
    customer_page_used_on = fields.Datetime(
        string="Page Last Used On",
        compute="_compute_customer_page",
        help="When the customer last did something on their page.",
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id", "company_id")
    def _compute_customer_page(self):
        # sudo: who may read the request may know whether the link works
        pages_sudo = (
            self.env["crm.referral.referrer"]
            .sudo()
            .search([("partner_id", "in", self.partner_id.ids)])
        )
        by_customer = {(page.partner_id, page.company_id): page for page in pages_sudo}
        for referral in self.sudo():
            page = by_customer.get((referral.partner_id._origin, referral.company_id))
            referral.customer_page_status = page._get_page_status() if page else "none"
            referral.customer_page_used_on = page and page.used_on

    # === ACTION METHODS === #

    def action_send_link(self):
        """Write the mail with the link to the customer's page.

        :return: a window action: the composer, which shows the mail before it goes
        """
        page_sudo = self._get_customer_page()
        problem = page_sudo.partner_id._get_personal_mail_problems()
        if problem := problem[page_sudo.partner_id]:
            raise UserError(
                self.env._(
                    "%(problem)s Correct it, or copy the link and pass it on yourself.",
                    problem=problem,
                )
            )
        return compose(
            self, self.env._("Send Link"), "crm_referral.mail_template_referrer_link"
        )

    def action_copy_link(self):
        """Give out the link, to pass it on by LINE, WeChat or phone.

        :return: an action that shows the link and puts it on the clipboard
        """
        page_sudo = self._get_customer_page()
        page_sudo._note_copied_by(self.env.user)
        return {
            "type": "ir.actions.client",
            "tag": "crm_assessment.personal_link",
            "params": {
                "contact": page_sudo.partner_id.display_name,
                "link": page_sudo._get_link(),
            },
        }

    def action_open_link(self):
        """Open the customer's page, to hand over the phone.

        :return: an action that opens the page
        """
        page_sudo = self._get_customer_page()
        page_sudo._note_opened_by(self.env.user)
        return {
            "type": "ir.actions.act_url",
            "url": page_sudo._get_link(),
            "target": "new",
        }

    def action_revoke_link(self):
        """Make the link useless: it came into the wrong hands.

        :return: True
        """
        self._get_customer_page().action_revoke_link()
        self.message_post(
            body=self.env._("The customer's link was revoked."),
            subtype_xmlid="mail.mt_note",
        )
        return True

    def action_renew_link(self):
        """Make another link; the old one opens nothing any more.

        :return: True
        """
        self._get_customer_page(is_open=False).action_renew_link()
        return True

    # === BUSINESS METHODS === #

    def _get_customer_page(self, is_open=True):
        """:param bool is_open: whether the link has to work
        :return: the page of the customer, in sudo mode
        :raise UserError: when the link has been revoked
        """
        self.ensure_one()
        self.check_access("write")
        # sudo: the customer may be hidden by now; the rep of the request knows them
        self_sudo = self.sudo()
        page_sudo = self_sudo.env["crm.referral.referrer"]._find_or_create(
            self_sudo.partner_id, self_sudo.company_id
        )
        if not self_sudo.partner_id.active:
            raise UserError(
                self.env._(
                    "%(contact)s is archived.",
                    contact=self_sudo.partner_id.display_name,
                )
            )
        if is_open and page_sudo.is_link_revoked:
            raise UserError(
                self.env._("The customer's link was revoked. Make a new one first.")
            )
        return page_sudo

    def _get_link_for(self, partner):
        self.ensure_one()
        # sudo: the link is for the customer's eyes only, whoever runs the queue
        self_sudo = self.sudo()
        page_sudo = self.env["crm.referral.referrer"]._find(
            self_sudo.partner_id, self_sudo.company_id
        )
        if (
            not page_sudo
            or partner != page_sudo.partner_id
            or page_sudo._get_page_status() != "open"
            or page_sudo.partner_id._get_personal_mail_problems()[page_sudo.partner_id]
        ):
            return ""
        return page_sudo._get_link()

    def _is_link_needed(self, message, partner):
        self.ensure_one()
        # sudo: whether the mail is for the customer
        return partner == self.sudo().partner_id
