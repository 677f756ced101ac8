from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize

# So many are offered, the newest first.
OFFERED = 5


class CrmServiceKnownMixin(models.AbstractModel):
    """Somebody who turned to us, of whom we have a number, an address or a name.

    Who that is, is found out afterwards: contacts with the same number or address are
    offered, and only then a new contact is made. The model has ``partner_id``,
    ``caller_name``, ``phone``, ``phone_sanitized``, ``email`` and ``company_id``.
    """

    _name = "crm.service.known.mixin"
    _description = "Who Turned to Us"

    known_partner_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Known With It",
        compute="_compute_known_partner_ids",
        help="Contacts with the same phone number or e-mail address.",
    )
    is_unknown = fields.Boolean(
        compute="_compute_known_partner_ids",
        export_string_translation=False,
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id", "caller_name", "phone", "email")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_known_partner_ids(self):
        for record in self:
            nobody = not record.partner_id
            known = nobody and record._find_known_partners()
            record.known_partner_ids = known or False
            record.is_unknown = bool(
                nobody
                and not known
                and (record.caller_name or record.phone or record.email)
            )

    # === ACTION METHODS === #

    def action_choose_known(self):
        """Note that it is a contact whom we know, and say which.

        With one of them it is that one; of several the user chooses.

        :return: True, or a window action that asks which
        :raise UserError: when nobody is known with this number or address
        """
        self.ensure_one()
        self.check_access("write")
        known = self._find_known_partners()
        if not known:
            raise UserError(
                self.env._(
                    "Nobody is known with this number or address. Choose the customer "
                    "by name, or make a new contact."
                )
            )
        if len(known) == 1:
            self.partner_id = known
            return True
        return {
            "name": self.env._("Who is it?"),
            "type": "ir.actions.act_window",
            "res_model": "crm.service.known",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_res_model": self._name, "default_res_id": self.id},
        }

    def action_create_partner(self):
        """Make a contact of what is noted, unless there is one already.

        :return: True, or a window action that asks which one it is
        :raise UserError: when there is nothing to make a contact of
        """
        self.ensure_one()
        self.check_access("write")
        if self.partner_id:
            return True
        if self._find_known_partners():
            return self.action_choose_known()
        name = self.caller_name or self.email or self.phone
        if not name:
            raise UserError(
                self.env._("Note a name, a phone number or an e-mail address first.")
            )
        # sudo: who takes the call need not manage contacts; nothing is written but
        # what the caller said
        self.partner_id = (
            self.env["res.partner"]
            .sudo()
            .create(
                {
                    "name": name,
                    "phone": self.phone,
                    "email": self.email,
                    "company_id": self.company_id.id,
                }
            )
        ).sudo(False)
        return True

    # === BUSINESS METHODS === #

    def _find_known_partners(self):
        """:return: contacts with this number or address, which the user may see"""
        self.ensure_one()
        same = Domain.FALSE
        email = email_normalize(self.email)
        if email:
            same |= Domain("email_normalized", "=", email)
        if self.phone_sanitized:
            same |= Domain("phone_sanitized", "=", self.phone_sanitized)
        if same.is_false():
            return self.env["res.partner"]
        ours = Domain("company_id", "in", [False, self.company_id.id])
        return self.env["res.partner"].search(
            same & ours, order="id desc", limit=OFFERED
        )
