from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..tools.candidate_states import (
    DATE_OF_STATE,
    PROMISING_STATES,
    STATES,
    UNDONE_DATES,
    next_states,
    state_before,
)


class CrmReferralPipelineMixin(models.AbstractModel):
    """Somebody on the way from a name to an introduction, a first contact and a lead.

    The model refuses in ``write`` and in the database what the way does not allow.
    """

    _name = "crm.referral.pipeline.mixin"
    _description = "Person on the Way to a Lead"
    _inherit = ["crm.referral.conversion.mixin", "crm.referral.news.mixin"]

    state = fields.Selection(
        selection=STATES,
        required=True,
        default="suggested",
        index=True,
        tracking=True,
        group_expand=True,
        copy=False,
    )
    closing_note = fields.Text(
        string="Why It Ended", copy=False, help="Why this candidate led nowhere."
    )
    contacted_on = fields.Date(copy=False, tracking=True)

    # === ACTION METHODS === #

    def action_agree(self):
        """The customer agrees to introduce these candidates.

        :return: True
        """
        self.write({"state": "agreed"})
        return True

    def action_introduce(self):
        """The customer has introduced these candidates; today unless noted otherwise.

        :return: True
        """
        self.write({"state": "introduced"})
        self._remind_to_tell_referrer("introduced")
        return True

    def action_contact(self):
        """We have contacted these candidates; today unless noted otherwise.

        :return: True
        """
        self.write({"state": "contacted"})
        self._remind_to_tell_referrer("contacted")
        return True

    def action_decline(self):
        """The customer does not introduce these candidates, or they do not want it.

        :return: True
        """
        self.write({"state": "declined"})
        return True

    def action_unfit(self):
        """These candidates are not who we can help.

        :return: True
        """
        self.write({"state": "unfit"})
        return True

    def action_back(self):
        """Take the last step of these candidates back: it was a wrong click.

        :return: True
        """
        for state, candidates in self.grouped(lambda c: c._get_state_before()).items():
            if not state:
                raise UserError(
                    self.env._(
                        "There is no step to take back for %(candidates)s.",
                        candidates=candidates.mapped("display_name"),
                    )
                )
            candidates.write({"state": state})
        self.filtered(lambda c: not c.contacted_on).activity_unlink(
            ["crm_referral.mail_activity_type_tell_referrer"]
        )
        return True

    def action_reconsider(self):
        """Take ended candidates up again.

        :return: True
        """
        self.write({"state": "suggested"})
        return True

    # === STATES === #

    def _was_agreed(self):
        """:return: whether the customer said yes, whatever came of it since."""
        self.ensure_one()
        return self._is_promising() or bool(self.introduced_on)

    def _was_introduced(self):
        """:return: whether the introduction took place, whatever came of it since."""
        self.ensure_one()
        return bool(self.introduced_on) or self.state == "converted"

    def _is_promising(self):
        """:return: whether the candidate is on the way to a lead, or there."""
        self.ensure_one()
        return self.state in PROMISING_STATES

    def _get_state_before(self):
        """:return: where the candidate was before the last step; None if nowhere."""
        self.ensure_one()
        return state_before(
            self.state, bool(self.introduced_on), bool(self.contacted_on)
        )

    def _get_next_states(self):
        """:return: the states to which this candidate can come from its own.
        :rtype: set[str]
        """
        self.ensure_one()
        return next_states(
            self.state,
            introduced=bool(self.introduced_on),
            contacted=bool(self.contacted_on),
            has_lead=bool(self.lead_id),
        )

    def _check_next_state(self, state):
        """:raise UserError: when a candidate cannot come to this state from its own."""
        # Only a manager's method that takes an objection back runs like this.
        if self.env.su and self.env.context.get("objection_withdrawn"):
            return
        labels = dict(self._fields["state"]._description_selection(self.env))
        for candidate in self:
            possible = candidate._get_next_states()
            if state not in possible:
                raise UserError(
                    self.env._(
                        "%(candidate)s is “%(current)s” and cannot become "
                        "“%(wanted)s”. Possible next: %(possible)s.",
                        candidate=candidate.display_name,
                        current=labels[candidate.state],
                        wanted=labels.get(state, state),
                        possible=format_list(
                            self.env,
                            [label for key, label in labels.items() if key in possible],
                            "or",
                        )
                        or self.env._("nothing"),
                    )
                )

    def _prepare_state_dates(self, state):
        """:return: the candidates whose date of the new state is missing, by field.
        :rtype: dict
        """
        fname = DATE_OF_STATE.get(state)
        candidates = self.filtered(lambda c: fname and not c[fname])
        return {fname: candidates} if candidates else {}

    @api.model
    def _prepare_undone_dates(self, state):
        """:return: values that go with a step back to this state
        :rtype: dict
        """
        return dict.fromkeys(UNDONE_DATES.get(state, ()), False)

    def _check_converted_has_lead(self):
        """:raise UserError: when a candidate is called converted without a lead."""
        for candidate in self:
            if candidate.state == "converted" and not candidate.lead_id:
                raise UserError(
                    self.env._(
                        "%(candidate)s has no lead yet. Make one of them first.",
                        candidate=candidate.display_name,
                    )
                )
