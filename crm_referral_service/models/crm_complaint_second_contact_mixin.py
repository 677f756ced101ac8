from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.local_time import today

SECOND_CONTACT = "crm_referral_service.mail_activity_type_second_contact"


class CrmComplaintSecondContactMixin(models.AbstractModel):
    """The second contact, some days later and unasked: nobody has to remember it."""

    _name = "crm.complaint.second.contact.mixin"
    _description = "Second Contact after a Complaint"
    _inherit = ["crm.guided.conversation"]
    _protected_fields = frozenset({"is_second_contact_told"})

    second_contact_on = fields.Date(
        copy=False, help="When we get in touch once more, unasked."
    )
    second_contact_reason = fields.Char(
        copy=False,
        help="What the customer has of it: a hint, a piece of news, a check that it "
        "still holds.",
    )
    second_contact_done_on = fields.Date(copy=False, tracking=True)
    is_second_contact_told = fields.Boolean(readonly=True, copy=False)

    _second_contact_idx = models.Index(
        "(second_contact_on) WHERE outcome IS NULL AND second_contact_done_on IS NULL "
        "AND is_second_contact_told IS NOT TRUE"
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("second_contact_done_on")
    def _check_second_contact_done_on(self):
        for record in self.filtered("second_contact_done_on"):
            if record.second_contact_done_on > today(
                self.env, self.env.user, record.company_id
            ):
                raise ValidationError(
                    self.env._(
                        "The second contact is in the future. Plan it with “Second "
                        "Contact On”, and note here when it was."
                    )
                )

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if {"second_contact_on", "second_contact_done_on", "outcome"} & vals.keys():
            self._forget_second_contact()
        return result

    # === JOB === #

    @api.model
    def _cron_second_contact(self, batch_size=200):
        """Remind who acts for the owner, on the day and once. Runs hourly."""
        self._process_in_batches(
            self._get_second_contact_domain(),
            "_tell_second_contact",
            batch_size=batch_size,
        )

    @api.model
    def _get_second_contact_domain(self):
        """:return: what may be due, wherever in the world the people are"""
        tomorrow = self.env.cr.now().date() + timedelta(days=1)
        return (
            Domain("outcome", "=", False)
            & Domain("active", "=", True)
            & Domain("second_contact_on", "<=", tomorrow)
            & Domain("second_contact_done_on", "=", False)
            & Domain("is_second_contact_told", "=", False)
        )

    def _tell_second_contact(self):
        values = {}
        for record in self:
            user = record._get_step_activity_user()
            day = today(self.env, user, record.company_id)
            if record.second_contact_on <= day:
                values[record] = {"user_id": user.id, "date_deadline": day}
        # sudo: kept by us, nobody writes it by hand
        self.browse().union(*values).sudo().is_second_contact_told = True
        self.env["mail.activity"]._schedule_batch(SECOND_CONTACT, values)

    def _forget_second_contact(self):
        told = self.filtered("is_second_contact_told")
        if told:
            # sudo: kept by us, and the activity may be a colleague's
            told.sudo().is_second_contact_told = False
            told.sudo().activity_unlink([SECOND_CONTACT])
