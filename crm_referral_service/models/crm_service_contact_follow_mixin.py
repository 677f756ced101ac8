from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.plain_words import read_words

# Who is on the phone or in the room knows at once that we take care of it.
AT_ONCE = ("phone", "in_person")


class CrmServiceContactFollowMixin(models.AbstractModel):
    """What becomes of a contact: a complaint, the same complaint again, a lead."""

    _name = "crm.service.contact.follow.mixin"
    _description = "What Becomes of a Contact"
    _inherit = ["crm.service.contact.chain.mixin"]
    _protected_fields = frozenset({"complaint_id", "lead_id"})

    complaint_id = fields.Many2one(
        comodel_name="crm.complaint",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        check_company=True,
    )
    open_complaint_id = fields.Many2one(
        comodel_name="crm.complaint",
        string="Complaint That Goes On",
        compute="_compute_open_complaint_id",
        help="Of this customer, and not settled yet.",
    )
    is_complaint_back = fields.Boolean(
        compute="_compute_is_complaint_back",
        help="The customer came back about a complaint that we had ended, within the "
        "days of the team.",
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        groups="sales_team.group_sale_salesman",
    )

    # === COMPUTE METHODS === #

    @api.depends("customer_key", "complaint_id", "company_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_open_complaint_id(self):
        wanting = self.filtered(lambda c: not c.complaint_id and c._get_customer_keys())
        found = self.env["crm.complaint"]
        if wanting:
            found = found.search(wanting._get_open_complaint_domain())
        for contact in self:
            contact.open_complaint_id = (
                next(filter(contact._is_complaint_of_customer, found), False)
                if contact in wanting
                else False
            )

    @api.depends("complaint_id.outcome", "complaint_id.closed_on", "is_repeat")
    def _compute_is_complaint_back(self):
        for contact in self:
            # sudo: that it ended is told to whoever answers the customer
            complaint = contact.complaint_id.sudo()
            days = timedelta(days=complaint.team_id.reopen_days or 0)
            contact.is_complaint_back = bool(
                contact.is_repeat
                and complaint.outcome
                and complaint.active
                and complaint.closed_on <= contact.contacted_on
                and contact.contacted_on <= complaint.closed_on + days
            )

    def _inverse_previous_id(self):
        """Whoever comes back about a complaint belongs to it."""
        # sudo: the ties are kept by us
        free = self.sudo().filtered(lambda c: c.previous_id and not c.complaint_id)
        roots = {c: c.previous_id.first_id or c.previous_id for c in free}
        newest = self.browse().union(*roots.values())._find_chain_complaints()
        for contact, root in roots.items():
            if complaint := newest.get(root):
                contact.complaint_id = complaint
        return super()._inverse_previous_id()

    # === ACTION METHODS === #

    def action_make_complaint(self):
        """Take it up as a complaint of its own, or open the one that it is.

        What we know already is carried over; who took the contact keeps it. Questions
        that are out go with it, and so does what was said before about the same.

        :return: a window action: the complaint
        """
        self.ensure_one()
        self.check_access("write")
        if not self.complaint_id:
            complaint = self.env["crm.complaint"].create(self._prepare_complaint())
            self._tie_to_complaint(complaint)
        return self._open_complaint(self.complaint_id)

    def action_join_complaint(self):
        """This is about the complaint that goes on already.

        :return: a window action: the complaint
        :raise UserError: when there is none
        """
        self.ensure_one()
        self.check_access("write")
        if not self.open_complaint_id:
            raise UserError(
                self.env._("No complaint of this customer goes on. Make one of it.")
            )
        self._tie_to_complaint(self.open_complaint_id)
        return self._open_complaint(self.complaint_id)

    def action_reopen_complaint(self, reason=None):
        """The customer came back about it: take the complaint up again.

        :param str reason: what is not solved; else the note of the contact
        :return: True
        :raise UserError: without a reason, or when it is too late
        """
        self.ensure_one()
        self.check_access("write")
        reason = read_words(reason or self.note)
        if not reason:
            raise UserError(
                self.env._("Write in the note what is not solved, then reopen it.")
            )
        if not self.is_complaint_back:
            raise UserError(
                self.env._(
                    "Only a complaint that ended a short while ago is reopened. Make a "
                    "new one of it."
                )
            )
        # sudo: the customer has the last word, whoever answers the phone
        return self.complaint_id.sudo().action_reopen(reason)

    def action_make_lead(self):
        """The customer wants to buy: make a lead of it, or open the one that it is.

        :return: a window action: the lead
        """
        self.ensure_one()
        self.check_access("write")
        if not self.lead_id:
            lead = self.env["crm.lead"].create(self._prepare_lead())
            self.sudo().lead_id = lead  # sudo: not written by hand
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "res_id": self.lead_id.id,
            "views": [(False, "form")],
        }

    # === BUSINESS METHODS === #

    def _find_chain_complaints(self):
        """:return: the complaint of each first contact: its own, or that of a repeat"""
        found = {root: root.complaint_id for root in self if root.complaint_id}
        if without := self - self.browse().union(*found):
            chained = self.search_fetch(
                Domain("first_id", "in", without.ids)
                & Domain("complaint_id", "!=", False),
                ["first_id", "complaint_id"],
                order="complaint_id.id",
            )
            found |= {contact.first_id: contact.complaint_id for contact in chained}
        return found

    def _prepare_complaint(self):
        """:return: values of a complaint that is made of this contact."""
        self.ensure_one()
        told = self.channel in AT_ONCE and self.direction == "in"
        return {
            "partner_id": self.partner_id.id,
            "caller_name": self.caller_name,
            "email": self.email,
            "phone": self.phone,
            "user_id": self.user_id.id or self.env.uid,
            "team_id": self.team_id.id,
            "company_id": self.company_id.id,
            "reason_id": self.reason_id.id,
            "story": self.note,
            "received_on": self.contacted_on,
            "acknowledged_on": told and self.contacted_on,
        }

    def _prepare_lead(self):
        """:return: values of a lead that is made of this contact."""
        self.ensure_one()
        # sudo: which source and medium a listening post stands for is no secret
        post = self.post_id.sudo()
        lang = self._get_reader_lang()
        return {
            "name": self.env._("Wish of %(customer)s", customer=self._get_caller()),
            "partner_id": self.partner_id.id,
            "contact_name": self.caller_name,
            "email_from": self.email,
            "phone": self.phone,
            "description": self.note,
            "lang_id": self.env["res.lang"]._lang_get(lang).id,
            "company_id": self.company_id.id,
            # sudo: who has introduced the customer is told to who sells to them
            "referrer_id": self.partner_id.sudo().referrer_id.id,
            "source_id": post.source_id.id,
            "medium_id": post.medium_id.id,
        }

    def _get_caller(self):
        return self.customer_name or self.phone or self.email or self.env._("Unknown")

    def _tie_to_complaint(self, complaint):
        """This contact, and those before it about the same, belong to the complaint."""
        self.ensure_one()
        # sudo: the ties are kept by us; the contacts before may be a colleague's
        contact = self.sudo()
        chain = contact | contact.first_id | contact.first_id.chained_ids
        chain.filtered(lambda c: not c.complaint_id).write(
            {"complaint_id": complaint.id}
        )
        complaint._keep_confidential()
        contact.outcome = "complaint"
        contact.handover_ids.filtered(
            lambda handover: handover.state in ("asked", "answered")
        ).write({"contact_id": False, "complaint_id": complaint.id})
        if not contact._get_missing():
            contact.state = "done"

    def _open_complaint(self, complaint):
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.complaint",
            "res_id": complaint.id,
            "views": [(False, "form")],
        }

    def _get_open_complaint_domain(self):
        """:return: complaints that go on, of the customers of these contacts"""
        # sudo: which company somebody belongs to
        partners = self.sudo().partner_id.commercial_partner_id
        domains = [
            Domain(fname, "in", values)
            for fname, values in (
                ("commercial_partner_id", partners.ids),
                ("phone_sanitized", self.mapped("phone_sanitized")),
                ("email_normalized", self.mapped("email_normalized")),
            )
            if any(values)
        ]
        return Domain("outcome", "=", False) & Domain.OR(domains)

    def _is_complaint_of_customer(self, complaint):
        # sudo: which company somebody belongs to
        partner = self.sudo().partner_id.commercial_partner_id._origin
        if complaint.company_id != self.company_id:
            return False
        if partner and complaint.sudo().commercial_partner_id:
            return partner == complaint.sudo().commercial_partner_id
        return any(
            self[fname] and self[fname] == complaint[fname]
            for fname in ("phone_sanitized", "email_normalized")
        )
