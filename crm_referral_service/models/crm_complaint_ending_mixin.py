from odoo import api, fields, models
from odoo.exceptions import UserError

ANSWERS = [("yes", "Yes"), ("partly", "Partly"), ("no", "No")]


class CrmComplaintEndingMixin(models.AbstractModel):
    """Two endings: is it solved, and did the customer feel heard.

    They are asked for one by one, because each can be had without the other. What the
    agent notes and what the customer says on the own page are told apart.
    """

    _name = "crm.complaint.ending.mixin"
    _description = "Endings of a Complaint"
    _inherit = ["crm.guided.conversation"]
    _protected_fields = frozenset({"tested_on", "tested_via", "reopen_count"})

    solved = fields.Selection(
        selection=ANSWERS,
        copy=False,
        tracking=True,
        help="The practical ending, in the customer's eyes.",
    )
    felt_heard = fields.Selection(
        selection=ANSWERS,
        copy=False,
        tracking=True,
        help="The emotional ending, in the customer's eyes.",
    )
    tested_on = fields.Datetime(readonly=True, copy=False)
    tested_via = fields.Selection(
        selection=[("agent", "Told to the agent"), ("page", "Said on the own page")],
        readonly=True,
        copy=False,
        help="Who wrote the two answers down.",
    )
    ending_advice = fields.Char(
        compute="_compute_ending_advice",
        help="Where to go back to, when one of the endings is missing.",
    )
    unresolved_reason = fields.Text(
        copy=False, tracking=True, help="Why it ends without both."
    )
    reopen_count = fields.Integer(
        string="Times Reopened", readonly=True, copy=False, aggregator="sum"
    )

    # === COMPUTE METHODS === #

    @api.depends("solved", "felt_heard")
    @api.depends_context("lang")
    def _compute_ending_advice(self):
        for record in self:
            if record.felt_heard in ("no", "partly"):
                record.ending_advice = self.env._(
                    "The customer does not feel heard yet. Go back to what you have in "
                    "common, before you offer anything more."
                )
            elif record.solved in ("no", "partly"):
                record.ending_advice = self.env._(
                    "It is not solved for the customer yet. Go back to what you can do "
                    "about it."
                )
            else:
                record.ending_advice = False

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records.filtered(lambda r: r.solved or r.felt_heard)._note_tested("agent")
        return records

    def write(self, vals):
        if {"solved", "felt_heard"} & vals.keys() and vals.get("outcome", True):
            # What the customer said at the end stays; reopening asks anew.
            self.filtered("outcome")._check_goes_on()
        result = super().write(vals)
        if {"solved", "felt_heard"} & vals.keys():
            self._note_tested("agent")
        return result

    # === BUSINESS METHODS === #

    def _note_tested(self, via):
        """Keep when and by whom the two answers were written down.

        :param str via: ``agent``, or ``page`` for the customer
        """
        answered = self.filtered(lambda r: r.solved or r.felt_heard)
        # sudo: kept by us, nobody writes it by hand
        answered.sudo().write({"tested_on": self.env.cr.now(), "tested_via": via})
        (self - answered).sudo().write(  # sudo: as above
            {"tested_on": False, "tested_via": False}
        )

    def _answer_endings(self, solved, felt_heard):
        """The customer answers both questions on the own page. In sudo mode.

        :param str solved: ``yes``, ``partly`` or ``no``
        :param str felt_heard: the same
        :raise UserError: when it is not one of these
        """
        answers = dict(ANSWERS)
        if solved not in answers or felt_heard not in answers:
            raise UserError(self.env._("Choose an answer to both questions."))
        self.write({"solved": solved, "felt_heard": felt_heard})
        self._note_tested("page")

    def _get_true_outcome(self):
        """:return: with which outcome it ends, by the two answers.
        :rtype: str
        """
        self.ensure_one()
        return {
            (True, True): "resolved",
            (True, False): "fixed",
            (False, True): "calmed",
            (False, False): "unresolved",
        }[self.solved == "yes", self.felt_heard == "yes"]
