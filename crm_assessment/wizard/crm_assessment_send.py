from odoo import api, fields, models

from ..models.crm_assessment_sending_mixin import DELIVERIES


class CrmAssessmentSend(models.TransientModel):
    """Shows what a round sends to whom, before anybody is asked."""

    _name = "crm.assessment.send"
    _description = "Send a Round"
    _inherit = ["crm.guarded.mixin"]

    round_id = fields.Many2one(
        comodel_name="crm.assessment.round", required=True, ondelete="cascade"
    )
    delivery = fields.Selection(
        selection=DELIVERIES,
        string="The customer gets the link",
        compute="_compute_delivery",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    asks_customer = fields.Boolean(related="round_id.asks_customer")
    contact_id = fields.Many2one(related="round_id.contact_id")
    email = fields.Char(related="round_id.contact_id.email", string="E-mail")
    lang = fields.Selection(related="round_id.lang")
    user_id = fields.Many2one(related="round_id.user_id")
    manager_id = fields.Many2one(related="round_id.manager_id")
    deadline = fields.Date(related="round_id.deadline")
    blockers = fields.Text(compute="_compute_blockers")
    notes = fields.Text(compute="_compute_blockers")
    rest_note = fields.Text(compute="_compute_blockers")
    may_override_rest = fields.Boolean(compute="_compute_may_override_rest")
    rest_reason = fields.Text(
        string="Why So Soon", help="Why this customer is asked before the rest is over."
    )
    subject = fields.Char(compute="_compute_preview")
    body = fields.Html(compute="_compute_preview", sanitize=False)

    # === COMPUTE METHODS === #

    @api.depends("round_id")
    def _compute_display_name(self):
        for send in self:
            send.display_name = send.round_id.display_name

    @api.depends("round_id")
    def _compute_delivery(self):
        for send in self:
            send.delivery = "hand" if send.round_id._get_mail_problem() else "mail"

    @api.depends("round_id", "delivery")
    def _compute_blockers(self):
        for send in self:
            round_ = send.round_id
            blockers = []
            if round_:
                blockers = round_._get_send_blockers(with_rest=False)[round_]
                send.rest_note = round_._get_rest_blockers().get(round_)
            else:
                send.rest_note = False
            problem = round_ and round_._get_mail_problem()
            if problem and send.delivery == "mail":
                blockers.append(problem)
            send.blockers = "\n".join(blockers)
            notes = round_ and [round_._get_missing_viewpoints()]
            if problem and send.delivery == "hand":
                notes.append(problem)
            send.notes = "\n".join(note for note in notes or () if note)

    @api.depends_context("uid")
    def _compute_may_override_rest(self):
        self.may_override_rest = self.env.user.has_group(
            "crm_assessment.group_assessment_manager"
        )

    @api.depends("round_id")
    def _compute_preview(self):
        for send in self:
            send.subject, send.body = send.round_id._preview_mail()

    # === ACTION METHODS === #

    def action_send(self):
        """Ask everybody.

        :return: an action that closes the window
        """
        self.ensure_one()
        self._start(self.delivery)
        return {"type": "ir.actions.act_window_close"}

    def action_copy(self):
        """Ask everybody, and give out the customer's link.

        :return: an action that shows the link
        """
        self.ensure_one()
        self._start("hand")
        return self.round_id.action_copy_link()

    # === BUSINESS METHODS === #

    def _start(self, delivery):
        self.round_id._start(delivery, self.rest_note and self.rest_reason)
