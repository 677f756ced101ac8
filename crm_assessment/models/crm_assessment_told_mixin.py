from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_foundation.tools.composer import compose


class CrmAssessmentToldMixin(models.AbstractModel):
    """“You told us, we did”: the customer whose answers led to it hears of it, once."""

    _name = "crm.assessment.told.mixin"
    _description = "Tells the Customer What Was Done"
    _inherit = ["crm.mail.outcome.mixin", "mail.thread"]
    _protected_fields = frozenset(
        {"customer_told_by_id", "customer_told_message_id", "customer_told_on"}
    )

    customer_told_on = fields.Date(
        readonly=True,
        copy=False,
        help="When we told the customer what was done about what they said.",
    )
    customer_told_by_id = fields.Many2one(
        comodel_name="res.users",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    customer_told_message_id = fields.Many2one(
        comodel_name="mail.message",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    may_tell_customer = fields.Boolean(
        compute="_compute_may_tell_customer",
        help="It is done, came of what the customer said, and they have not heard yet.",
    )

    # === COMPUTE METHODS === #

    @api.depends("kind", "state", "round_id", "customer_told_on")
    def _compute_may_tell_customer(self):
        for action in self:
            action.may_tell_customer = not action.customer_told_on and bool(
                action._get_customer_who_said_it()
            )

    # === ACTION METHODS === #

    def action_tell_customer(self):
        """Write the customer what was done; the mail is shown before it goes.

        :return: a window action: the composer
        """
        self.ensure_one()
        self.check_access("write")
        customer_sudo = self._check_customer_may_be_told()
        # sudo: whether the person can be reached, whoever may see them
        problem = customer_sudo._get_personal_mail_problems()[customer_sudo]
        if problem:
            raise UserError(problem)
        return compose(
            self,
            self.env._("You Told Us, We Did"),
            "crm_assessment.mail_template_action_done",
            assessment_tell_customer=True,
        )

    def message_post(self, **kwargs):
        """What tells the customer is sent once, and noted."""
        if not self.env.context.get("assessment_tell_customer"):
            return super().message_post(**kwargs)
        self.check_access("write")
        self._check_customer_may_be_told()
        # sudo: written by this method only
        self.sudo().write(
            {
                "customer_told_on": fields.Date.context_today(self),
                "customer_told_by_id": self.env.uid,
            }
        )
        # Who comes second at the same moment waits here, and finds it told.
        self.flush_recordset()
        message = super(
            CrmAssessmentToldMixin, self.with_context(assessment_tell_customer=False)
        ).message_post(**kwargs)
        # sudo: kept by us; nobody writes it by hand
        self.sudo().customer_told_message_id = message
        # Who answers, answers the owner.
        self.message_subscribe(self.user_id.partner_id.ids)
        return message

    # === BUSINESS METHODS === #

    def _get_customer_who_said_it(self):
        """:return: the person whose answers led to this improvement, when it is done;
        in sudo mode, empty when there is none
        """
        self.ensure_one()
        # sudo: the owner may have no other right to assessments
        action_sudo = self.sudo()
        nobody = action_sudo.partner_id.browse()
        if action_sudo.kind != "improvement" or action_sudo.state != "done":
            return nobody
        round_sudo = action_sudo.round_id
        answered = round_sudo._search_assessments().filtered(
            lambda form: form.viewpoint == "customer" and form.state == "done"
        )
        return round_sudo.contact_id if answered else nobody

    def _check_customer_may_be_told(self):
        """:return: the person who is told, in sudo mode
        :raise UserError: when nobody is to be told, or they have heard of it
        """
        self.ensure_one()
        customer_sudo = self._get_customer_who_said_it()
        if not customer_sudo:
            raise UserError(
                self.env._(
                    "There is nothing to tell: an improvement is told when it is done, "
                    "to a customer who has answered in its round."
                )
            )
        if self.customer_told_on:
            raise UserError(
                self.env._(
                    "%(customer)s has been told already.",
                    customer=customer_sudo.display_name,
                )
            )
        if customer_sudo._filter_opted_out():
            raise UserError(
                self.env._(
                    "%(contact)s does not want to get these mails.",
                    contact=customer_sudo.display_name,
                )
            )
        return customer_sudo

    def _on_message_failed(self, message, partners, problem, emails=()):
        """The mail did not arrive: the owner tells the customer otherwise."""
        result = super()._on_message_failed(message, partners, problem, emails)
        if message != self.customer_told_message_id:
            return result
        self.write(
            {
                "customer_told_by_id": False,
                "customer_told_message_id": False,
                "customer_told_on": False,
            }
        )
        owner = self.user_id
        record = self.with_context(lang=owner.lang or self.env.lang)
        record.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=record.env._(
                "The mail did not reach %(contact)s",
                contact=record.round_id.contact_id.display_name,
            ),
            note=problem,
            user_id=owner.id,
        )
        return result
