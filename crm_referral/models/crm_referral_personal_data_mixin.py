from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.local_time import today

from ..tools.contact_keys import phone_keys

# Whose data we got from somebody else is told within a month: GDPR art. 14 (3) a.
INFORM_WITHIN_DAYS = 30
# The salesperson is reminded this many days before.
INFORM_REMINDER_DAYS = 7


class CrmReferralPersonalDataMixin(models.AbstractModel):
    """A person whose data we have from somebody else, and who has a right to know.

    The model brings ``name``, ``email``, ``phone``, ``company_id`` and activities, and
    a job that calls :meth:`_cron_remind_to_inform`.
    """

    _name = "crm.referral.personal.data.mixin"
    _description = "Person Who Has to Be Informed"
    _inherit = ["crm.batch.mixin"]
    _protected_fields = frozenset({"data_obtained_on", "inform_by"})
    # Fields that say who the person is and how to reach them.
    _contact_fields = ("name", "email", "phone")

    phone_key = fields.Char(
        compute="_compute_phone_key",
        store=True,
        index="btree_not_null",
        export_string_translation=False,
        help="The number in one spelling, with its extension.",
    )
    has_personal_data = fields.Boolean(compute="_compute_has_personal_data", store=True)
    data_obtained_on = fields.Date(
        compute="_compute_data_obtained_on", store=True, copy=False
    )
    inform_by = fields.Date(
        compute="_compute_inform_by",
        store=True,
        index="btree_not_null",
        help="Until when the person must be told that we have their data, and from "
        "whom.",
    )
    informed_on = fields.Date(
        copy=False, tracking=True, help="When the person was told."
    )

    # === COMPUTE METHODS === #

    @api.depends(lambda self: self._contact_fields)
    def _compute_has_personal_data(self):
        for person in self:
            person.has_personal_data = any(
                person[fname] for fname in self._contact_fields
            )

    @api.depends("has_personal_data")
    def _compute_data_obtained_on(self):
        for person in self:
            if not person.has_personal_data:
                person.data_obtained_on = False
            elif not person.data_obtained_on:
                person.data_obtained_on = today(self.env, person.company_id)

    @api.depends("data_obtained_on")
    def _compute_inform_by(self):
        for person in self:
            person.inform_by = person.data_obtained_on and (
                person.data_obtained_on + timedelta(days=INFORM_WITHIN_DAYS)
            )

    @api.depends("phone", "company_id")
    def _compute_phone_key(self):
        for person in self:
            keys = phone_keys(person.phone, person._get_phone_country())
            person.phone_key = keys[0] if keys else False

    # === ACTION METHODS === #

    def action_informed(self):
        """The person was told today that we have their data, and from whom.

        :return: True
        """
        self.write({"informed_on": fields.Date.context_today(self)})
        self.activity_unlink(["crm_referral.mail_activity_type_inform"])
        return True

    # === INFORMATION === #

    def _get_responsible_user(self):
        """:return: the res.users who talks to this person, and decides for them."""
        self.ensure_one()
        return self._get_job_responsible()

    def _get_phone_country(self):
        """:return: res.country in which a number without a country code is."""
        self.ensure_one()
        return self.sudo().company_id.country_id  # sudo: a country tells nothing

    @api.model
    def _get_not_informed_domain(self):
        """:return: domain of who has to be informed, whenever that is."""
        return Domain("informed_on", "=", False)

    @api.model
    def _get_day_domain(self, fname, day_of):
        """:param day_of: function of a company that gives the last day that counts
        :return: those whose date is not later, in each company's own day
        """
        companies = (
            self.env["res.company"]
            .with_context(active_test=False)
            .search([("id", "!=", False)])
        )
        days = {}
        for company in companies:
            if day := day_of(company):
                days.setdefault(day, []).append(company.id)
        return Domain.OR(
            Domain("company_id", "in", ids) & Domain(fname, "<=", day)
            for day, ids in days.items()
        )

    @api.model
    def _cron_remind_to_inform(self, batch_size=500):
        """Remind of persons who must soon be told that we have their data."""
        activity_type = self.env.ref(
            "crm_referral.mail_activity_type_inform", raise_if_not_found=False
        )
        if not activity_type:
            return
        soon = timedelta(days=INFORM_REMINDER_DAYS)
        domain = (
            self._get_not_informed_domain()
            & self._get_day_domain(
                "inform_by", lambda company: today(self.env, company) + soon
            )
            & Domain(
                "activity_ids", "not any", [("activity_type_id", "=", activity_type.id)]
            )
        )
        self.with_context(active_test=False)._process_in_batches(
            domain, "_schedule_inform_activity", batch_size
        )

    def _schedule_inform_activity(self):
        self.env["mail.activity"]._schedule_batch(
            "crm_referral.mail_activity_type_inform",
            {
                person: {
                    "date_deadline": person.inform_by,
                    "user_id": person._get_responsible_user().id,
                }
                for person in self
            },
        )
