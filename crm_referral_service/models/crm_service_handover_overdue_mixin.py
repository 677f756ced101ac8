from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.local_time import day_start, today

from ..tools.present import first_present

OVERDUE = "crm_referral_service.mail_activity_type_overdue"


class CrmServiceHandoverOverdueMixin(models.AbstractModel):
    """A question that is not answered in time: who asked is told, then who leads.

    Each is told once. A later deadline begins anew.
    """

    _name = "crm.service.handover.overdue.mixin"
    _description = "Overdue Question"
    _inherit = ["crm.guarded.mixin", "crm.batch.mixin", "mail.activity.mixin"]
    _protected_fields = frozenset({"overdue_told", "overdue_told_on"})

    overdue_told = fields.Selection(
        selection=[("asker", "Who asked"), ("leader", "Who leads")],
        string="Reminded",
        readonly=True,
        copy=False,
        help="Who has been told that there is no answer.",
    )
    overdue_told_on = fields.Date(readonly=True, copy=False)

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state", "asked") != "asked" or "deadline" in vals:
            self._forget_overdue()
        return result

    # === JOB === #

    @api.model
    def _cron_tell_overdue(self, batch_size=200):
        """Tell who asked, and a working day later who leads. Runs hourly."""
        self._process_in_batches(
            self._get_overdue_domain(), "_tell_overdue", batch_size=batch_size
        )

    @api.model
    def _get_overdue_domain(self):
        """:return: what may be overdue, wherever in the world the people are"""
        tomorrow = self.env.cr.now().date() + timedelta(days=1)
        return (
            Domain("state", "=", "asked")
            & Domain("deadline", "<", tomorrow)
            & Domain("overdue_told", "!=", "leader")
        )

    def _tell_overdue(self):
        """An activity for who asked, and on the next working day for who leads."""
        late = self.filtered(lambda h: h.deadline < h._get_local_day())
        first = late.filtered(lambda h: not h.overdue_told)
        first._tell_of_overdue("asker")
        (late - first)._filter_still_overdue()._tell_of_overdue("leader")

    def _tell_of_overdue(self, whom):
        users = {
            handover: handover._get_teller()
            if whom == "asker"
            else handover._get_leader()
            for handover in self
        }
        for handover in self:
            # sudo: kept by us, nobody writes it by hand
            handover.sudo().write(
                {"overdue_told": whom, "overdue_told_on": handover._get_local_day()}
            )
        self.env["mail.activity"]._schedule_batch(
            OVERDUE,
            {
                handover: {
                    "user_id": user.id,
                    "date_deadline": today(self.env, user, handover.company_id),
                    "summary": lambda record: record.env._(
                        "%(colleague)s has not answered yet",
                        colleague=record.to_user_id.name,
                    ),
                }
                for handover, user in users.items()
            },
        )

    def _filter_still_overdue(self):
        """:return: those whose asker was told on a working day before this one"""
        waited = self.browse()
        for (company, told_on), handovers in self.grouped(
            lambda h: (h.company_id, h.overdue_told_on)
        ).items():
            if self._has_working_day_begun(company, told_on):
                waited |= handovers
        return waited

    @api.model
    def _has_working_day_begun(self, company, day):
        """:return: whether people of a company have worked since that day was over"""
        start = day_start(day + timedelta(days=1), company)
        now = self.env.cr.now()
        calendar = company.resource_calendar_id
        if not calendar:
            return start <= now
        return start < now and calendar.get_work_hours_count(start, now) > 0

    def _forget_overdue(self):
        told = self.filtered("overdue_told")
        if told:
            # sudo: kept by us, and the activities are of several people
            told.sudo().write({"overdue_told": False, "overdue_told_on": False})
            told.sudo().activity_unlink([OVERDUE])

    def _get_local_day(self):
        """:return: the day it is for who asked"""
        self.ensure_one()
        return today(self.env, self.from_user_id, self.company_id)

    def _get_leader(self):
        """:return: the res.users who leads the team, else a service manager"""
        self.ensure_one()
        handover = self.sudo()  # sudo: who leads is not a secret
        teams = handover.complaint_id.team_id | handover.contact_id.team_id
        leader = first_present(teams.user_id, handover.company_id)
        return leader or self._get_job_responsible()
