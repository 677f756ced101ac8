import re

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..tools.contact_keys import email_keys, phone_keys


class CrmReferralObjectionMixin(models.AbstractModel):
    """A person who may object to being contacted.

    An objection stops everything, for good, also with others of the same model who are
    the same person. It is remembered without the person, and whoever enters the person
    again is stopped. The model has a ``state`` that may be ``objected``.
    """

    _name = "crm.referral.objection.mixin"
    _description = "Person Who May Object"
    _inherit = ["crm.referral.personal.data.mixin"]
    _protected_fields = frozenset({"objected_on"})
    # Where somebody is again who has not objected after all.
    _reinstated_state = None

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

    @api.depends("name", "email", "phone", "state", "is_other_person")
    def _compute_objection_match(self):
        going_on = self.filtered(lambda c: c.state != "objected")
        matches = self.env["crm.referral.objection"]._match(going_on)
        for person in self:
            person.objection_match = matches.get(person, False)

    @api.depends("state", "email", "phone")
    def _compute_is_objection_kept(self):
        for person in self:
            person.is_objection_kept = bool(
                email_keys(person.email)
                or phone_keys(person.phone, person._get_phone_country())
            )

    # === ACTION METHODS === #

    def action_object(self):
        """These persons object to being contacted: everything stops, for good.

        :return: True, or a notification when the objection could not be remembered
        """
        self.write({"state": "objected"})
        not_kept = self.filtered(lambda c: not c.is_objection_kept)
        if not not_kept:
            return True
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": self._get_not_kept_warning(),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === OBJECTION === #

    def _get_objection_contact(self):
        """:return: what recognises this person: address, number, name, the country of
            the number, and the company in which an objection counts
        :rtype: tuple
        """
        self.ensure_one()
        country = self._get_phone_country()
        return self.email, self.phone, self.name, country, self.company_id

    def _check_objection(self):
        """:raise UserError: when one of these persons has objected to contact."""
        people = self.filtered(lambda c: c.state != "objected" and (c.email or c.phone))
        matches = self.env["crm.referral.objection"]._match(people)
        for person, match in matches.items():
            if match == "person":
                raise UserError(
                    self.env._(
                        "%(candidate)s has asked us not to get in touch. Leave this "
                        "person out.",
                        candidate=person.display_name,
                    )
                )
            if not person.is_other_person:
                raise UserError(
                    self.env._(
                        "It may be that %(candidate)s has asked us not to get in "
                        "touch: somebody with this phone number has. Leave this person "
                        "out. If you know that it was somebody else, tick “Somebody "
                        "Else with This Number” first.",
                        candidate=person.display_name,
                    )
                )

    def _note_objected_on(self):
        # sudo: kept by the system, so that nobody writes another day
        self.sudo().filtered(lambda c: not c.objected_on).write(
            {"objected_on": fields.Date.context_today(self)}
        )

    def _on_objected(self):
        """Stop everything, and remember the objection when the rest is erased."""
        if not self:
            return
        self._record_objection()
        # sudo: an objection also stops what colleagues have planned
        people_sudo = self.sudo().with_context(active_test=False)
        said = people_sudo._stop_everything()
        for person in people_sudo.filtered(lambda person: not person.is_objection_kept):
            said[person].append(person._get_not_kept_warning())
        people_sudo._message_log_batch(
            bodies={
                person.id: Markup("<br/>").join(lines) for person, lines in said.items()
            }
        )
        people_sudo._tell_colleagues()

    def _stop_everything(self):
        """Stop what is planned with these persons. In sudo mode.

        :return: for each person sentences about what was stopped, and what goes on
        :rtype: dict
        """
        self.activity_ids.unlink()
        return {person: [] for person in self}

    def _get_told_colleagues(self):
        """:return: the res.users who hear at once that this person has objected."""
        self.ensure_one()
        return self._get_responsible_user()

    def _tell_colleagues(self):
        """Who may be about to call these persons hears of it at once. In sudo mode."""
        for person in self:
            users = person._get_told_colleagues() - self.env.user
            for user in users.filtered(lambda u: u.active and not u.share):
                person_said = person.with_context(lang=user.lang or self.env.lang)
                message = person_said.env._(
                    "%(candidate)s objects to being contacted. Do not get in touch any "
                    "more, in no way.",
                    candidate=person.display_name,
                )
                person_said.message_notify(
                    partner_ids=user.partner_id.ids,
                    subject=person_said.env._("Objection"),
                    body=message,
                )
                user._bus_send(
                    "simple_notification",
                    {"type": "danger", "sticky": True, "message": message},
                )

    @api.model
    def _get_not_informed_domain(self):
        """Nobody writes to who has objected."""
        return super()._get_not_informed_domain() & Domain("state", "!=", "objected")

    def _get_not_kept_warning(self):
        return self.env._(
            "No e-mail address or phone number is noted, so the objection cannot be "
            "recognised once the data is erased. Add one."
        )

    def _record_objection(self):
        """Remember that these persons have objected, in all requests of the company."""
        Objection = self.env["crm.referral.objection"]
        Objection._record_candidates(self)
        self._join_blacklists()
        matches = Objection._match(self._find_possible_twins())
        same = self.sudo().browse(c.id for c, m in matches.items() if m == "person")
        same.write({"state": "objected"})
        (self.sudo().browse(c.id for c in matches) - same).filtered(
            lambda c: not c.is_other_person
        )._ask_whether_same_person()

    # === BLACKLISTS OF ODOO === #

    def _get_blacklisted_contacts(self):
        """What stands for nobody else: not a number with an extension.

        :return: e-mail addresses, and international phone numbers
        :rtype: tuple[set, set]
        """
        emails, numbers = set(), set()
        for person in self:
            emails |= {key for key in email_keys(person.email) if email_normalize(key)}
            numbers |= {
                key
                for key in phone_keys(person.phone, person._get_phone_country())
                if re.fullmatch(r"\+\d+", key)
            }
        return emails, numbers

    def _join_blacklists(self):
        """No tool of Odoo that asks its blacklists reaches these persons."""
        emails, numbers = self._get_blacklisted_contacts()
        self.env["mail.blacklist"]._note_objections(emails)
        self.env["phone.blacklist"]._note_objections(numbers)

    def _leave_blacklists(self):
        """These persons have not objected after all, or are about to be forgotten."""
        objected = self.filtered(lambda person: person.state == "objected")
        if not objected:
            return
        others = objected._find_possible_twins("=") - objected
        emails, numbers = objected._get_blacklisted_contacts()
        other_emails, other_numbers = others._get_blacklisted_contacts()
        self.env["mail.blacklist"]._forget_objections(emails - other_emails)
        self.env["phone.blacklist"]._forget_objections(numbers - other_numbers)

    def _find_possible_twins(self, operator="!="):
        """Find people with an address or number of these.

        :param str operator: ``!=`` for those who go on, ``=`` for those who objected
        :return: people, in sudo mode
        """
        domains = [
            Domain("email_normalized", "in", keys)
            for person in self
            if (keys := email_keys(person.email))
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
        for person in self:
            assignee = person._get_responsible_user()
            person = person.with_context(lang=assignee.lang or self.env.lang)
            person.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=person.env._("Has this person objected?"),
                note=person.env._(
                    "Somebody with the same phone number has objected to being "
                    "contacted. If it was this person, choose Objects. If you know "
                    "that it was not, tick “Somebody Else with This Number”."
                ),
                user_id=assignee.id,
            )

    def _reinstate(self, reason):
        """Take up people again who have not objected after all.

        :param str reason: why the objection was a mistake
        """
        # sudo: the dates are kept by the system; who may do this is checked before
        people_sudo = self.sudo().with_context(objection_withdrawn=True)
        people_sudo._leave_blacklists()
        values = {"state": self._reinstated_state, "objected_on": False}
        shared = self.env["crm.referral.objection"]._match(people_sudo)
        same_number = people_sudo.browse(c.id for c in shared)
        same_number.write({**values, "is_other_person": True})
        (people_sudo - same_number).write(values)
        for person in people_sudo:
            person.message_post(
                body=self.env._(
                    "%(manager)s took the objection back. Reason: %(reason)s",
                    manager=self.env.user.name,
                    reason=reason,
                ),
                author_id=self.env.user.partner_id.id,
                subtype_xmlid="mail.mt_note",
            )
