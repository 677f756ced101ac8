from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.local_time import today

from ..tools.contact_keys import email_keys, phone_keys
from .crm_referral_candidate import (
    CONTACT_FIELDS,
    INFORM_REMINDER_DAYS,
    INFORM_WITHIN_DAYS,
)


class CrmReferralCandidate(models.Model):
    """The rights of the person: to be told, and to object."""

    _name = "crm.referral.candidate"
    _inherit = "crm.referral.candidate"

    has_personal_data = fields.Boolean(compute="_compute_has_personal_data", store=True)
    data_source = fields.Char(
        compute="_compute_data_source",
        help="Where we got the data from, to tell the person when they ask.",
    )
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
    objected_on = fields.Date(readonly=True, copy=False, tracking=True)
    objection_match = fields.Selection(
        selection=[("person", "The person"), ("number", "The number")],
        compute="_compute_objection_match",
        help="Whether this person, or somebody with the same number, has objected.",
    )
    is_other_person = fields.Boolean(
        string="Somebody Else with This Number",
        copy=False,
        tracking=True,
        help="Somebody with the same phone number has objected to being contacted. "
        "Tick this when you know that it was not this person.",
    )
    is_objection_kept = fields.Boolean(
        compute="_compute_is_objection_kept",
        help="Whether we would recognise the person after the data is erased.",
    )

    # === COMPUTE METHODS === #

    @api.depends("name", "email", "phone")
    def _compute_has_personal_data(self):
        for candidate in self:
            candidate.has_personal_data = any(
                candidate[fname] for fname in CONTACT_FIELDS
            )

    @api.depends("referrer_id.display_name", "named_by", "has_personal_data")
    @api.depends_context("lang")
    def _compute_data_source(self):
        for candidate in self:
            # sudo: the customer may be hidden by now, where the data is from is not
            referrer = candidate.sudo().referrer_id.display_name
            if not candidate.has_personal_data:
                candidate.data_source = False
            elif candidate.named_by == "customer":
                candidate.data_source = self.env._("Named by %(name)s", name=referrer)
            else:
                candidate.data_source = self.env._(
                    "Found by us, known to %(name)s", name=referrer
                )

    @api.depends("has_personal_data")
    def _compute_data_obtained_on(self):
        for candidate in self:
            if not candidate.has_personal_data:
                candidate.data_obtained_on = False
            elif not candidate.data_obtained_on:
                candidate.data_obtained_on = today(self.env, candidate.company_id)

    @api.depends("data_obtained_on")
    def _compute_inform_by(self):
        for candidate in self:
            candidate.inform_by = candidate.data_obtained_on and (
                candidate.data_obtained_on + timedelta(days=INFORM_WITHIN_DAYS)
            )

    @api.depends("name", "email", "phone", "state", "is_other_person")
    def _compute_objection_match(self):
        going_on = self.filtered(lambda c: c.state != "objected")
        matches = self.env["crm.referral.objection"]._match(going_on)
        for candidate in self:
            candidate.objection_match = matches.get(candidate, False)

    @api.depends("state", "email", "phone")
    def _compute_is_objection_kept(self):
        for candidate in self:
            candidate.is_objection_kept = bool(
                email_keys(candidate.email)
                or phone_keys(candidate.phone, candidate._get_phone_country())
            )

    # === ACTION METHODS === #

    def action_ask_object(self):
        """Say what an objection stops, and offer the rest, before it is noted.

        :return: a window action: the question
        """
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_referral_candidate_object_action"
        )
        action["context"] = {"default_candidate_id": self.id}
        return action

    def action_withdraw_objection(self):
        """Take an objection back that was a mistake; managers only.

        :return: a window action: asks for the address and the reason
        """
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_referral_objection_withdraw_action"
        )
        action["context"] = {"default_candidate_id": self.id}
        return action

    # === OBJECTION === #

    def _get_phone_country(self):
        """:return: res.country in which a number without a country code is."""
        self.ensure_one()
        # sudo: a country tells nothing, and its owner may be of another company
        self_sudo = self.sudo()
        return (
            self_sudo.company_id.country_id
            or self_sudo.referrer_id.country_id
            or self_sudo.user_id.partner_id.country_id
        )

    def _check_objection(self):
        """:raise UserError: when one of these persons has objected to contact."""
        candidates = self.filtered(
            lambda c: c.state != "objected" and (c.email or c.phone)
        )
        matches = self.env["crm.referral.objection"]._match(candidates)
        for candidate, match in matches.items():
            if match == "person":
                raise UserError(
                    self.env._(
                        "%(candidate)s has asked us not to get in touch. Leave this "
                        "person out.",
                        candidate=candidate.display_name,
                    )
                )
            if not candidate.is_other_person:
                raise UserError(
                    self.env._(
                        "It may be that %(candidate)s has asked us not to get in "
                        "touch: somebody with this phone number has. Leave this person "
                        "out. If you know that it was somebody else, tick “Somebody "
                        "Else with This Number” first.",
                        candidate=candidate.display_name,
                    )
                )

    def _on_objected(self):
        """Stop everything, and remember the objection when the rest is erased."""
        if not self:
            return
        self._record_objection()
        # sudo: an objection also stops what colleagues have planned
        candidates_sudo = self.sudo().with_context(active_test=False)
        others_sudo = candidates_sudo._find_other_open_leads()
        candidates_sudo.activity_ids.unlink()
        candidates_sudo._get_meetings().filtered(
            lambda event: event.active and event.start > self.env.cr.now()
        ).action_archive()
        candidates_sudo.lead_id.filtered(
            lambda lead: lead.won_status == "pending"
        )._close_objected()
        candidates_sudo._message_log_batch(
            bodies={
                candidate.id: candidate._describe_what_stopped(
                    len(others_sudo.get(candidate) or ())
                )
                for candidate in candidates_sudo
            }
        )
        self.env["crm.lead"].sudo().union(*others_sudo.values())._ask_about_objection()

    def _describe_what_stopped(self, other_count):
        """Say what an objection has stopped, and what goes on.

        :param int other_count: open leads of the same person that did not come of the
            candidate; their salespersons decide
        :return: the body of a message
        """
        self.ensure_one()
        lines = [
            self.env._(
                "Objection: what was planned with this candidate is stopped, and the "
                "open lead that came from it is closed."
            )
        ]
        if not self.is_objection_kept:
            lines.append(self._get_not_kept_warning())
        if other_count:
            lines.append(
                self.env._(
                    "%(count)s other open leads of the same person go on, because "
                    "they did not come from this introduction. Their salespersons have "
                    "been asked to look at them.",
                    count=other_count,
                )
            )
        return Markup("<br/>").join(lines)

    def _get_not_kept_warning(self):
        return self.env._(
            "No e-mail address or phone number is noted, so the objection cannot be "
            "recognised once the data is erased. Add one."
        )

    def _record_objection(self):
        """Remember that these persons have objected, in all requests of the company."""
        Objection = self.env["crm.referral.objection"]
        Objection._record_candidates(self)
        matches = Objection._match(self._find_possible_twins())
        same = self.sudo().browse(c.id for c, m in matches.items() if m == "person")
        same.write({"state": "objected"})
        (self.sudo().browse(c.id for c in matches) - same).filtered(
            lambda c: not c.is_other_person
        )._ask_whether_same_person()

    def _find_possible_twins(self, operator="!="):
        """Find candidates with an address or number of these.

        :param str operator: ``!=`` for those who go on, ``=`` for those who objected
        :return: candidates, in sudo mode
        """
        domains = [
            Domain("email_normalized", "in", keys)
            for candidate in self
            if (keys := email_keys(candidate.email))
        ]
        domains.append(Domain("email", "in", [e for e in self.mapped("email") if e]))
        domains.append(
            Domain("phone_key", "in", [k for k in self.mapped("phone_key") if k])
        )
        domain = Domain.OR(domains) & Domain("state", operator, "objected")
        if not self.env["crm.referral.objection"]._is_group_wide():
            domain &= Domain("company_id", "in", self.company_id.ids)
        # sudo: the person may have been named to a colleague, too
        return self.sudo().with_context(active_test=False).search(domain)

    def _ask_whether_same_person(self):
        """Only the number speaks: the salesperson knows whose it is."""
        for candidate in self:
            salesperson = candidate.user_id
            candidate.with_context(
                lang=salesperson.lang or self.env.lang
            ).activity_schedule(
                "mail.mail_activity_data_todo",
                summary=candidate.env._("Has this person objected?"),
                note=candidate.env._(
                    "Somebody with the same phone number has objected to being "
                    "contacted. If it was this person, choose Objects. If you know "
                    "that it was not, tick “Somebody Else with This Number”."
                ),
                user_id=candidate.referral_id._get_step_activity_user().id,
            )

    def _reinstate(self, reason):
        """Take up candidates again who have not objected after all.

        :param str reason: why the objection was a mistake
        """
        # sudo: the dates are kept by the system; who may do this is checked before
        candidates_sudo = self.sudo().with_context(objection_withdrawn=True)
        values = {"state": "suggested", "objected_on": False}
        shared = self.env["crm.referral.objection"]._match(candidates_sudo)
        same_number = candidates_sudo.browse(c.id for c in shared)
        same_number.write({**values, "is_other_person": True})
        (candidates_sudo - same_number).write(values)
        for candidate in candidates_sudo:
            candidate.message_post(
                body=self.env._(
                    "%(manager)s took the objection back. Reason: %(reason)s",
                    manager=self.env.user.name,
                    reason=reason,
                ),
                author_id=self.env.user.partner_id.id,
                subtype_xmlid="mail.mt_note",
            )

    # === INFORMATION === #

    @api.model
    def _get_day_domain(self, fname, day_of):
        """:param day_of: function of a company that gives the last day that counts
        :return: the candidates whose date is not later, in each company's own day
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
        """Remind the rep of persons who must soon be told that we have their data."""
        activity_type = self.env.ref(
            "crm_referral.mail_activity_type_inform", raise_if_not_found=False
        )
        if not activity_type:
            return
        soon = timedelta(days=INFORM_REMINDER_DAYS)
        domain = (
            Domain("informed_on", "=", False)
            & Domain("erased_on", "=", False)
            & self._get_day_domain(
                "inform_by", lambda company: today(self.env, company) + soon
            )
            & Domain("state", "!=", "objected")
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
                candidate: {
                    "date_deadline": candidate.inform_by,
                    "user_id": candidate.referral_id._get_step_activity_user().id,
                }
                for candidate in self
            },
        )
