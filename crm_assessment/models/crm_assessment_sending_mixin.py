from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date, format_list

from odoo.addons.crm_foundation.tools import local_time
from odoo.addons.crm_foundation.tools.languages import first_installed

DELIVERIES = [
    ("mail", "By e-mail"),
    ("hand", "I pass the link on myself (LINE, WeChat, phone …)"),
]
# A typing error in the year should not let a link live for centuries.
LONGEST_ROUND_DAYS = 366


class CrmAssessmentSendingMixin(models.AbstractModel):
    """A round is a draft until somebody sends it: only then is anybody asked."""

    _name = "crm.assessment.sending.mixin"
    _description = "Asks Everybody Whose View Counts"
    _inherit = ["crm.batch.mixin"]

    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        compute="_compute_lang",
        store=True,
        precompute=True,
        readonly=False,
        help="The language of the mails, and of the questions at first.",
    )
    delivery = fields.Selection(
        selection=DELIVERIES, string="Link Sent", readonly=True, copy=False
    )
    asked_by_id = fields.Many2one(
        comodel_name="res.users",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Who sent the round, and hears when the mail does not arrive.",
    )
    asked_on = fields.Datetime(readonly=True, copy=False)
    sender_id = fields.Many2one(
        comodel_name="res.users",
        compute="_compute_sender_id",
        help="In whose name the customer is written to.",
    )

    # === COMPUTE METHODS === #

    @api.depends("contact_id")
    def _compute_lang(self):
        for round_ in self:
            if not round_.lang or round_.contact_id != round_._origin.contact_id:
                round_.lang = first_installed(self.env, round_.contact_id.lang)

    @api.depends("user_id.active", "manager_id.active", "asked_by_id.active")
    def _compute_sender_id(self):
        for round_ in self:
            present = round_._get_present_users()
            round_.sender_id = round_.user_id & present or present[:1]

    # === CONSTRAINT METHODS === #

    @api.constrains("contact_id", "partner_id")
    def _check_contact_id(self):
        for round_ in self.filtered("contact_id"):
            # sudo: which persons belong to the customer, whoever may see them
            round_sudo = round_.sudo()
            contact = round_sudo.contact_id
            if (
                contact.commercial_partner_id
                != round_sudo.partner_id.commercial_partner_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(contact)s does not belong to %(customer)s. Choose a person "
                        "of this customer.",
                        contact=contact.display_name,
                        customer=round_sudo.partner_id.display_name,
                    )
                )

    @api.constrains("user_id", "manager_id")
    def _check_manager_id(self):
        for round_ in self:
            if round_.manager_id and round_.manager_id == round_.user_id:
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot answer twice. Choose somebody else, or leave "
                        "one of the two empty.",
                        user=round_.user_id.name,
                    )
                )

    # === CRUD METHODS === #

    def write(self, vals):
        if "deadline" not in vals:
            return super().write(vals)
        deadline = fields.Date.to_date(vals["deadline"])
        changed = self.filtered(lambda r: r.state == "open" and r.deadline != deadline)
        if not self.env.su:
            changed._check_may_steer()
            changed._check_extension(deadline)
        result = super().write(vals)
        changed._pass_deadline_on()
        return result

    # === ACTION METHODS === #

    def action_send(self):
        """Show what goes to whom, and ask whether to send it.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(self.env._("This has been sent already."))
        return {
            "name": self.env._("Send"),
            "type": "ir.actions.act_window",
            "res_model": "crm.assessment.send",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_round_id": self.id},
        }

    # === BUSINESS METHODS === #

    def _start(self, delivery="mail", rest_reason=None):
        """Ask everybody: from now on the round is no draft any more.

        :param str delivery: how the customer gets the link, ``mail`` or ``hand``
        :param str rest_reason: why the customer is asked before the rest is over
        :raise UserError: when something speaks against it
        """
        self.check_access("write")
        if rest_reason:
            self._override_rest(rest_reason)
        for round_, blockers in self._get_send_blockers().items():
            if round_.state != "draft":
                raise UserError(self.env._("This has been sent already."))
            if blockers:
                raise UserError("\n".join(blockers))
        asks_customer = self.filtered(lambda r: r.asks_customer)
        # sudo: written by what happens in a round only
        self.sudo().write(
            {
                "state": "open",
                "asked_by_id": self.env.uid,
                "asked_on": self.env.cr.now().replace(microsecond=0),
            }
        )
        asks_customer.sudo().write({"delivery": delivery})
        # The unique indexes speak before anybody is written to.
        self.flush_recordset()
        self._ask()

    def _ask(self):
        """Ask every viewpoint: colleagues by an activity, the customer by a link."""
        vals_list = [
            round_._prepare_assessment_values(viewpoint)
            for round_ in self
            for viewpoint in round_.framework_id._get_round_viewpoints()
            if viewpoint not in ("manager", "reviewer") or round_.manager_id
        ]
        # sudo: whoever starts a round makes the forms of the others too
        assessments_sudo = self.env["crm.assessment"].sudo().create(vals_list)
        # sudo: and so it makes the activities of the others
        self.env["mail.activity"].sudo()._schedule_batch(
            "crm_assessment.mail_activity_type_answer",
            {
                assessment: {
                    "user_id": assessment.respondent_id.id,
                    "date_deadline": assessment.deadline,
                    "summary": lambda form: form._get_answer_title(),
                }
                for assessment in assessments_sudo
                # The reviewer is asked when the agent has answered.
                if assessment.respondent_id and assessment.viewpoint != "reviewer"
            },
        )
        self.filtered(lambda r: r.delivery == "mail")._mail_link()

    def _prepare_assessment_values(self, viewpoint):
        """:return: values of the assessment of a viewpoint.
        :rtype: dict
        """
        self.ensure_one()
        return {
            "round_id": self.id,
            "framework_id": self.framework_id.id,
            "viewpoint": viewpoint,
            "partner_id": self.partner_id.id,
            "user_id": self.user_id.id,
            "respondent_id": {
                "employee": self.user_id.id,
                "self": self.user_id.id,
                "manager": self.manager_id.id,
                "reviewer": self.manager_id.id,
            }.get(viewpoint, False),
            "team_id": self.team_id.id,
            "company_id": self.company_id.id,
            "deadline": self.deadline,
            "state": "sent",
        }

    def _get_send_blockers(self, with_rest=True):
        """:param bool with_rest: whether the rest between two rounds counts
        :return: for each round the sentences that say why it cannot be sent as it is
        :rtype: dict
        """
        # sudo: whether somebody has left, or is being asked, is no secret
        running_sudo = self.sudo()._search_running()
        blockers = {
            round_: round_._describe_blockers(round_sudo, running_sudo)
            for round_, round_sudo in zip(self, self.sudo(), strict=True)
        }
        for round_, sentence in self._get_opt_out_blockers().items():
            blockers[round_].append(sentence)
        for round_, sentence in self._get_rest_blockers().items() if with_rest else ():
            # Whoever is being asked now was asked lately as well.
            blockers[round_] = blockers[round_] or [sentence]
        return blockers

    def _describe_blockers(self, round_sudo, running_sudo):
        """See ``_get_send_blockers``.

        :param round_sudo: the same round in sudo mode
        :param running_sudo: the rounds that ask the same customers
        """
        blockers = [
            self.env._("%(user)s has left. Choose somebody else.", user=user.name)
            for user in round_sudo.user_id | round_sudo.manager_id
            if not user.active
        ]
        if not self.active:
            blockers.append(self.env._("This is archived. Unarchive it first."))
        if self.asks_customer:
            blockers += round_sudo._get_customer_blockers(running_sudo)
        if self.deadline:
            blockers += self._get_deadline_blockers(self.deadline)
        return blockers

    def _search_running(self):
        """:return: the open rounds that ask customers or persons of these."""
        return self.search(
            [
                ("framework_id", "in", self.framework_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("asks_customer", "=", True),
                ("state", "=", "open"),
                "|",
                ("partner_id", "in", self.partner_id.ids),
                ("contact_id", "in", self.contact_id.ids),
            ]
        )

    def _get_customer_blockers(self, running):
        """:return: sentences that say why the customer cannot be asked.

        :param running: open rounds, among them those with the same customer
        :rtype: list[str]
        """
        if not self.contact_id:
            return [self.env._("Choose the person at the customer who is asked.")]
        blockers = [
            self.env._(
                "%(partner)s is archived. Archived customers are not asked.",
                partner=partner.display_name,
            )
            for partner in self.partner_id | self.contact_id
            if not partner.active
        ]
        if any(not user.share for user in self.contact_id.user_ids):
            blockers.append(
                self.env._(
                    "%(contact)s is a colleague. Choose a person of the customer.",
                    contact=self.contact_id.display_name,
                )
            )
        others = (running - self).filtered(
            lambda other: (
                (other.framework_id, other.company_id)
                == (self.framework_id, self.company_id)
                and (
                    other.partner_id == self.partner_id
                    or other.contact_id == self.contact_id
                )
            )
        )[:1]
        if others:
            blockers.append(
                self.env._(
                    "%(contact)s is being asked already, until %(date)s. Go on with "
                    "that round.",
                    contact=(
                        self.contact_id & others.contact_id or others.partner_id
                    ).display_name,
                    date=format_date(self.env, others.deadline),
                )
            )
        return blockers

    def _get_deadline_blockers(self, deadline):
        """:return: sentences that say what is wrong with a deadline.
        :rtype: list[str]
        """
        self.ensure_one()
        days = (
            deadline - local_time.today(self.env, *self._get_deadline_owners())
        ).days
        if days < 0:
            return [self.env._("The deadline is over. Choose a later day.")]
        if days > LONGEST_ROUND_DAYS:
            return [self.env._("The deadline is too far away: at most a year.")]
        return []

    def _get_deadline_owners(self):
        """:return: whose day the last day is: of those who have to answer by then."""
        self.ensure_one()
        if self.asks_customer:
            return self.contact_id, self.company_id
        return self.user_id, self.company_id

    def _is_over(self):
        """:return: whether the last day has ended, where the customer is."""
        self.ensure_one()
        return bool(self.deadline) and self.deadline < local_time.today(
            self.env, *self._get_deadline_owners()
        )

    def _check_extension(self, deadline):
        """:raise UserError: when the deadline of a running round is not made later"""
        for round_ in self:
            if not deadline or (round_.deadline and deadline < round_.deadline):
                raise UserError(
                    self.env._(
                        "Everybody who is asked was told to answer by %(date)s. "
                        "The deadline can only be moved to a later day.",
                        date=format_date(self.env, round_.deadline),
                    )
                )
            if blockers := round_._get_deadline_blockers(deadline):
                raise UserError("\n".join(blockers))

    def _pass_deadline_on(self):
        """Give everybody who has not answered the new deadline of the round."""
        answer = self.env.ref("crm_assessment.mail_activity_type_answer")
        for round_ in self:
            waiting = round_._search_waiting()
            waiting.write({"deadline": round_.deadline})
            # sudo: the activities are of other colleagues
            waiting.sudo().activity_ids.filtered(
                lambda activity: activity.activity_type_id == answer
            ).write({"date_deadline": round_.deadline})
        # sudo: who was reminded of the old deadline is reminded of the new one
        self.sudo().write({"reminded_on": False})

    def _get_present_users(self):
        """Who can see to a round, the nearest first: nobody who has left.

        :return: the res.users, in sudo mode
        """
        self.ensure_one()
        # sudo: whether somebody has left is no secret
        round_sudo = self.sudo()
        users = (
            round_sudo.asked_by_id
            | round_sudo.manager_id
            | round_sudo.team_id.user_id
            | round_sudo.user_id
            | round_sudo.create_uid
        )
        return users.filtered(
            lambda user: user.active and not user.share and user.id != SUPERUSER_ID
        )

    def _get_job_responsible(self):
        return self._get_present_users()[:1] or super()._get_job_responsible()

    def _get_missing_viewpoints(self):
        """:return: a sentence that says whom nobody answers for, or an empty string."""
        self.ensure_one()
        missing = [
            self._get_who()[viewpoint]
            for viewpoint in self.framework_id._get_round_viewpoints()
            if viewpoint in ("manager", "reviewer") and not self.manager_id
        ]
        return missing and self.env._(
            "Not asked, as nobody is chosen: %(who)s.",
            who=format_list(self.env, missing),
        )
