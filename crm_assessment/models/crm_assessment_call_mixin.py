from odoo import models

from .crm_assessment_call_round_mixin import CALL


class CrmAssessmentCallMixin(models.AbstractModel):
    """A customer whose answers are bad is called at once, not when the round ends.

    What is bad, the framework says. The activity says that the answers ask for a call
    and not what they are: nobody sees them before all have answered.
    """

    _name = "crm.assessment.call.mixin"
    _description = "Bad Answers Ask for a Call"

    def _on_customer_answered(self):
        """What follows at once when customers have signed. Extended where more follows.

        Called before the rounds look whether they are complete.
        """
        # sudo: what the customer has said already, and the activity of a colleague
        self_sudo = self.sudo()
        self_sudo.round_id._get_earlier_rounds().activity_unlink([CALL])
        self_sudo.filtered(lambda a: a._asks_for_call()).round_id._ask_to_call()

    def _asks_for_call(self):
        """:return: whether something in these answers is as bad as the framework says
        :rtype: bool
        """
        self.ensure_one()
        framework = self.framework_id
        if (
            framework.call_below
            and self.recommendation is not False
            and self.recommendation < framework.call_below
        ):
            return True
        worst = self.form_id._get_worst_answers() if framework.call_on_worst else ()
        return bool(worst) and any(
            (line.item_id.id, line.option_id.id) in worst for line in self.line_ids
        )
