from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

# One press of a button writes to so many customers, and not to a whole database.
AT_MOST = 500


class CrmAssessmentStart(models.TransientModel):
    """Asks many customers at once, and says in words who is left out, and why."""

    _name = "crm.assessment.start"
    _description = "Ask Several Customers"
    _inherit = ["crm.guarded.mixin"]
    _protected_fields = frozenset({"is_done", "asked_count", "skipped"})

    partner_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="crm_assessment_start_partner_rel",
        string="Customers",
        required=True,
    )
    framework_id = fields.Many2one(
        comodel_name="crm.assessment.framework",
        required=True,
        domain=[("asks_customer", "=", True)],
        default=lambda self: self._default_framework_id(),
        ondelete="cascade",
    )
    deadline = fields.Date(
        compute="_compute_deadline", store=True, precompute=True, readonly=False
    )
    is_done = fields.Boolean(readonly=True)
    asked_count = fields.Integer(string="Customers Asked", readonly=True)
    skipped = fields.Html(string="Left Out", readonly=True)

    # === DEFAULT METHODS === #

    def _default_framework_id(self):
        return self.env["crm.assessment.framework"].search(
            [("asks_customer", "=", True)], limit=1
        )

    # === COMPUTE METHODS === #

    @api.depends("framework_id")
    def _compute_deadline(self):
        for start in self:
            start.deadline = fields.Date.add(
                fields.Date.context_today(start), days=start.framework_id.answer_days
            )

    # === ACTION METHODS === #

    def action_start(self):
        """Ask all who may be asked by mail, and tell who is left out, and why.

        :return: a window action: what came of it
        """
        self.ensure_one()
        self.check_access("read")
        self.check_access("write")
        if self.is_done:
            raise UserError(self.env._("This has been sent already."))
        if len(self.partner_ids) > AT_MOST:
            raise UserError(
                self.env._(
                    "At most %(count)s customers are asked at once. Choose fewer.",
                    count=AT_MOST,
                )
            )
        rounds, problems = self._prepare_rounds()
        ready = rounds.filtered(lambda round_: not problems[round_])
        # Colleagues find the activities in their list; no mail for each of them.
        ready.with_context(mail_activity_quick_update=True)._start("mail")
        left_out = rounds - ready
        skipped = Markup().join(
            Markup("<li><b>%s</b>: %s</li>")
            % (round_.partner_id.display_name, " ".join(problems[round_]))
            for round_ in left_out
        )
        # sudo: drafts of this moment, which nobody has seen
        left_out.sudo().unlink()
        # sudo: what came of it is not written by hand
        self.sudo().write(
            {
                "is_done": True,
                "asked_count": len(ready),
                "skipped": skipped and Markup("<ul>%s</ul>") % skipped,
            }
        )
        return {
            "name": self.env._("Asked"),
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    # === BUSINESS METHODS === #

    def _prepare_rounds(self):
        """:return: a draft for each customer, and by draft the sentences that say why
            the customer cannot be asked by mail
        :rtype: tuple
        """
        rounds = self.env["crm.assessment.round"].create(
            [
                {
                    "partner_id": partner.id,
                    "framework_id": self.framework_id.id,
                    **({"deadline": self.deadline} if self.deadline else {}),
                }
                for partner in self.partner_ids
            ]
        )
        problems = rounds._get_send_blockers()
        for round_, problem in rounds._get_mail_problems().items():
            if problem and not problems[round_]:
                problems[round_] = [problem]
        seen = set()
        for round_ in rounds:
            # sudo: whom the round asks, whoever may see them
            persons = {round_.sudo().partner_id, round_.sudo().contact_id}
            if not problems[round_] and persons & seen:
                problems[round_] = [
                    self.env._("The same person is chosen twice; they are asked once.")
                ]
            elif not problems[round_]:
                seen |= persons
        return rounds, problems
