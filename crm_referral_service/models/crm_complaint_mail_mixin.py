from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

ACKNOWLEDGED = "crm_referral_service.mail_template_acknowledged"
ASK_ENDINGS = "crm_referral_service.mail_template_ask_endings"


class CrmComplaintMailMixin(models.AbstractModel):
    """A complaint that comes by mail, and what goes back by mail.

    Who writes to the alias is told at once that we take care of it, until when they
    hear from us, and where they see how far we are. All else is shown before it goes.
    """

    _name = "crm.complaint.mail.mixin"
    _description = "Mails about a Complaint"
    _inherit = ["crm.mail.outcome.mixin", "crm.guided.conversation"]
    _protected_fields = frozenset({"acknowledged_message_id"})

    acknowledged_message_id = fields.Many2one(
        comodel_name="mail.message",
        string="Acknowledgement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    # === ACTION METHODS === #

    def action_send_acknowledgement(self):
        """Show the mail that tells the customer that we take care of it.

        :return: a window action: the composer
        """
        return self._open_composer(ACKNOWLEDGED)

    def action_ask_endings(self):
        """Show the mail that asks for both endings.

        :return: a window action: the composer
        """
        return self._open_composer(ASK_ENDINGS)

    # === MAIL GATEWAY === #

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """A mail to the alias is a complaint in the writer's own words."""
        author = self.env["res.partner"].browse(msg_dict.get("author_id") or 0)
        values = {
            "story": html2plaintext(msg_dict.get("body") or "").strip(),
            "email": msg_dict.get("email_from"),
            "partner_id": author.id,
            "caller_name": msg_dict.get("subject") and author.name,
            "user_id": False,
            **(custom_values or {}),
        }
        complaint = super().message_new(msg_dict, custom_values=values)
        complaint._acknowledge_by_mail()
        return complaint

    def message_update(self, msg_dict, update_vals=None):
        """A reply is somebody's work; after the end they decide whether it goes on."""
        result = super().message_update(msg_dict, update_vals=update_vals)
        author = self.env["res.partner"].browse(msg_dict.get("author_id") or 0)
        # sudo: whether a colleague wrote is not a secret
        if author.sudo().partner_share or not author:
            self._remind_actor(lambda r: r.env._("The customer has written again"))
        return result

    def _on_message_failed(self, message, partners, problem, emails=()):
        """A mail that did not reach the customer is somebody's work."""
        result = super()._on_message_failed(message, partners, problem, emails)
        if message == self.acknowledged_message_id:
            self.acknowledged_on = False
        if self._is_among(partners, emails):
            self._remind_actor(
                lambda r: r.env._("The mail did not reach the customer: call them")
            )
        return result

    # === BUSINESS METHODS === #

    def _acknowledge_by_mail(self):
        """Tell who wrote, at once; without an address somebody has to do it."""
        self.ensure_one()
        complaint = self
        if not complaint.partner_id and complaint.email:
            [partner] = complaint._partner_find_from_emails_single(
                [complaint.email], no_create=False
            )
            complaint.partner_id = partner
        template = self.env.ref(ACKNOWLEDGED, raise_if_not_found=False)
        if not complaint.partner_id.email or not template:
            return
        message = complaint.message_post_with_source(
            template,
            subtype_xmlid="mail.mt_comment",
            email_layout_xmlid="mail.mail_notification_light",
        )
        # sudo: kept by us, nobody writes it by hand
        complaint.sudo().write(
            {
                "acknowledged_on": self.env.cr.now(),
                "acknowledged_message_id": message.id,
            }
        )

    def _open_composer(self, template_xmlid):
        self.ensure_one()
        self.check_access("write")
        self._check_conversation_open()
        template = self.env.ref(template_xmlid, raise_if_not_found=False)
        if not self.partner_id.email:
            raise UserError(
                self.env._(
                    "There is no customer with an e-mail address. Choose one, or tell "
                    "them in another way."
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id if template else False,
                "default_composition_mode": "comment",
                "complaint_acknowledges": template_xmlid == ACKNOWLEDGED,
            },
        }

    def _message_post_after_hook(self, message, msg_values):
        """Who sent the first mail has told the customer that we take care of it."""
        result = super()._message_post_after_hook(message, msg_values)
        if self.env.context.get("complaint_acknowledges"):
            waiting = self.filtered(lambda c: not c.acknowledged_on)
            waiting.action_acknowledge()
            # sudo: kept by us, nobody writes it by hand
            waiting.sudo().acknowledged_message_id = message
        return result
