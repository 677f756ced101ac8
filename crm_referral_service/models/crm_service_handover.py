from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.crm_foundation.tools.local_time import local_date, today

from ..tools.plain_words import read_words

QUESTION = "crm_referral_service.mail_activity_type_question"
TELL_CUSTOMER = "crm_referral_service.mail_activity_type_tell_customer"


class CrmServiceHandover(models.Model):
    """A question to a colleague. Whoever took the complaint or the contact keeps it,
    and the answer comes back to them before the customer is left alone with it.

    Who is asked sees the question, and nothing else of it.
    """

    _name = "crm.service.handover"
    _description = "Question to a Colleague"
    _inherit = [
        "crm.service.handover.overdue.mixin",
        "crm.guarded.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "deadline, id"
    _check_company_auto = True
    _rec_name = "question"
    _protected_fields = frozenset(
        {"state", "from_user_id", "answered_on", "told_on"}
        | {"answer_hours", "is_told_in_time"}
    )

    complaint_id = fields.Many2one(
        comodel_name="crm.complaint",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        groups="crm_referral_service.group_service_user",
    )
    contact_id = fields.Many2one(
        comodel_name="crm.service.contact",
        string="Service Contact",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        groups="crm_referral_service.group_service_user",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        index=True,
    )
    from_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Asked By",
        readonly=True,
        copy=False,
        index=True,
        default=lambda self: self._default_from_user_id(),
    )
    to_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Colleague",
        required=True,
        index=True,
        domain=[("share", "=", False)],
        tracking=True,
    )
    question = fields.Text(
        required=True,
        help="Everything that is needed to answer it: the colleague sees nothing else.",
    )
    deadline = fields.Date(
        string="Answer By", required=True, default=lambda self: self._default_deadline()
    )
    answer = fields.Text()
    answered_on = fields.Datetime(readonly=True, copy=False)
    told_on = fields.Datetime(string="Customer Told On", readonly=True, copy=False)
    answer_hours = fields.Float(
        string="Working Hours to Answer",
        readonly=True,
        copy=False,
        aggregator=None,
        help="From the question to the answer, in the working hours of the company.",
    )
    is_told_in_time = fields.Boolean(
        string="Told in Time",
        readonly=True,
        copy=False,
        help="The customer heard the answer on the day it was due, or before.",
    )
    state = fields.Selection(
        selection=[
            ("asked", "Asked"),
            ("answered", "Answered"),
            ("told", "Customer Told"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="asked",
        index=True,
        tracking=True,
    )

    _one_parent = models.Constraint(
        "CHECK (num_nonnulls(complaint_id, contact_id) = 1)",
        "A question belongs to a complaint or to a contact.",
    )
    _answered = models.Constraint(
        "CHECK (state NOT IN ('answered', 'told') OR COALESCE(answer, '') <> '')",
        "Write the answer first.",
    )
    _deadline_idx = models.Index("(deadline) WHERE state = 'asked'")

    # === DEFAULT METHODS === #

    def _default_from_user_id(self):
        return self.env.user

    def _default_deadline(self):
        return today(self.env, self.env.user, self.env.company)

    # === COMPUTE METHODS === #

    @api.depends("complaint_id", "contact_id")
    def _compute_company_id(self):
        for handover in self:
            handover.company_id = (
                handover.complaint_id.company_id
                or handover.contact_id.company_id
                or handover.company_id
                or self.env.company
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("to_user_id", "from_user_id")
    def _check_to_user_id(self):
        for handover in self:
            if handover.to_user_id.share or not handover.to_user_id.active:
                raise ValidationError(
                    self.env._("Ask a colleague who works here, and who has not left.")
                )
            if handover.to_user_id == handover.from_user_id:
                raise ValidationError(
                    self.env._("You do not need to ask yourself. Choose a colleague.")
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        handovers = super().create(vals_list)
        # Who asks about something keeps it from ending: only who works on it may.
        handovers.complaint_id.check_access("write")
        handovers.contact_id.check_access("write")
        handovers.complaint_id._hold_open()
        handovers._schedule(QUESTION, lambda handover: handover.to_user_id)
        return handovers

    def write(self, vals):
        self._check_is_free(vals)
        if "to_user_id" in vals:
            moved = self.filtered(lambda h: h.to_user_id.id != vals["to_user_id"])
            moved.activity_unlink([QUESTION])
        result = super().write(vals)
        if "to_user_id" in vals:
            moved.filtered(lambda h: h.state == "asked")._schedule(
                QUESTION, lambda handover: handover.to_user_id
            )
        return result

    # === ACTION METHODS === #

    def action_answer(self, answer=None):
        """Give the answer back to who asked; they tell the customer.

        :param str answer: the answer, unless it is written already
        :return: True
        :raise AccessError: for somebody who was not asked
        :raise UserError: when there is no answer
        """
        self.check_access("read")
        for handover in self:
            if self.env.user not in (handover.to_user_id, handover.from_user_id):
                raise AccessError(
                    self.env._(
                        "%(colleague)s was asked, and answers.",
                        colleague=handover.to_user_id.name,
                    )
                )
            handover._check_state("asked")
            text = read_words(answer or handover.answer)
            if not text:
                raise UserError(self.env._("Write the answer, then give it back."))
            # sudo: the state is not written by hand
            handover.sudo().write(
                {
                    "answer": text,
                    "state": "answered",
                    "answered_on": self.env.cr.now(),
                    "answer_hours": handover._count_hours(self.env.cr.now()),
                }
            )
        handovers = self.sudo()  # sudo: who answers does not see the complaint
        handovers.activity_unlink([QUESTION])
        handovers._schedule(TELL_CUSTOMER, lambda handover: handover._get_teller())
        return True

    def action_told(self):
        """Note that the customer has heard the answer.

        :return: True
        """
        self.check_access("write")
        for handover in self:
            handover._check_state("answered")
        now = self.env.cr.now()
        for in_time, handovers in self.grouped(
            lambda handover: handover._is_in_time(now)
        ).items():
            # sudo: the state is not written by hand
            handovers.sudo().write(
                {"state": "told", "told_on": now, "is_told_in_time": in_time}
            )
        self.sudo().activity_unlink([TELL_CUSTOMER])  # sudo: may be a colleague's
        return True

    def action_withdraw(self):
        """The answer is not needed any more.

        :return: True
        """
        self.check_access("write")
        for handover in self:
            handover._check_state("asked")
        self.sudo().write({"state": "withdrawn"})  # sudo: not written by hand
        self.sudo().activity_unlink([QUESTION])  # sudo: it is the colleague's
        return True

    # === BUSINESS METHODS === #

    def _check_is_free(self, vals):
        """Who is asked answers, and changes nothing else; what was answered stays.

        :raise AccessError: names what they may do
        :raise UserError: when it is answered or withdrawn
        """
        if self.env.su:
            return
        user = self.env.user
        is_agent = user.has_group("crm_referral_service.group_service_user")
        if vals.keys() - {"answer"} and any(
            not is_agent or handover._is_only_asked(user) for handover in self
        ):
            raise AccessError(
                self.env._("You were asked: write the answer, and give it back.")
            )
        if vals.keys() & {"answer", "company_id", "deadline", "question", "to_user_id"}:
            for handover in self:
                handover._check_state("asked")
        if vals.keys() & {"complaint_id", "contact_id"}:
            raise UserError(
                self.env._("A question stays where it was asked. Ask a new one.")
            )

    def _is_only_asked(self, user):
        """:return: whether somebody is asked, and has nothing else to say here"""
        self.ensure_one()
        if user != self.to_user_id or user.has_group(
            "crm_referral_service.group_service_manager"
        ):
            return False
        # sudo: who is asked does not see what it is about
        handover = self.sudo()
        owners = handover.complaint_id.user_id | handover.contact_id.user_id
        return user not in (handover.from_user_id | owners)

    def _check_state(self, state):
        labels = dict(self._fields["state"]._description_selection(self.env))
        if self.state != state:
            raise UserError(
                self.env._(
                    "This question is “%(state)s”, so this is not possible any more.",
                    state=labels[self.state],
                )
            )

    def _count_hours(self, moment):
        """:return: the working hours of the company from the question to a moment"""
        self.ensure_one()
        # sudo: an agent need not read how the company keeps its hours
        calendar = self.company_id.sudo().resource_calendar_id
        if not calendar:
            return (moment - self.create_date).total_seconds() / 3600
        return calendar.get_work_hours_count(self.create_date, moment)

    def _is_in_time(self, moment):
        """:return: whether a moment is on the last day to answer, or before"""
        self.ensure_one()
        return local_date(moment, self.from_user_id, self.company_id) <= self.deadline

    def _get_teller(self):
        """:return: who tells the customer: whoever acts for the owner now."""
        self.ensure_one()
        complaint = self.complaint_id or self.contact_id.complaint_id
        teller = complaint.acting_user_id or self.contact_id.user_id
        return teller or self.from_user_id

    def _schedule(self, activity_type, get_user):
        self.env["mail.activity"]._schedule_batch(
            activity_type,
            {
                handover: {
                    "user_id": get_user(handover).id,
                    "date_deadline": handover.deadline,
                    "summary": (handover.question or "").strip().split("\n")[0][:80],
                }
                for handover in self
            },
        )
