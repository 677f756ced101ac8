from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_list

from odoo.addons.crm_foundation.tools.sentences import join_sentences

# Questions that are named when answers are missing.
NAMED_QUESTIONS = 3


class CrmAssessmentCompletenessMixin(models.AbstractModel):
    """Nothing empty is signed: what must be answered is named."""

    _name = "crm.assessment.completeness.mixin"
    _description = "Is Answered Completely"

    # === BUSINESS METHODS === #

    def _check_nothing_empty(self):
        """Refuse to sign what a colleague has not answered.

        Customers answer as much as they like, on their page. In a round a colleague
        answers every question, be it by “not applicable”; outside a round, at least
        one.
        """
        asked = self.filtered(lambda a: a.viewpoint != "customer")
        missing = asked._get_unanswered_lines()
        for assessment in asked:
            lines = missing.get(assessment.id)
            if lines and (
                assessment.round_id
                or len(lines) == len(assessment.form_id._get_answerable_items())
            ):
                assessment._raise_unanswered(lines)

    def _get_unanswered_lines(self):
        """:return: lines without an answer, by the id of the assessment.
        :rtype: dict
        """
        lines = self.env["crm.assessment.line"].search(
            Domain("assessment_id", "in", self.ids)
            & (
                Domain([("kind", "=", "scale"), ("option_id", "=", False)])
                | Domain([("kind", "=", "rating"), ("rating", "=", False)])
            )
        )
        missing = defaultdict(lines.browse)
        for line in lines:
            missing[line.assessment_id.id] |= line
        return missing

    def _raise_unanswered(self, lines):
        """:raise UserError: that says which questions wait for an answer"""
        self.ensure_one()
        named = [
            self.env._("“%(question)s”", question=line.name)
            for line in lines[:NAMED_QUESTIONS]
        ]
        questions = format_list(self.env, named, style="unit")
        has_way_out = None in self.form_id._get_option_values().values()
        if len(lines) > len(named):
            sentence = self.env._(
                "%(count)s questions have no answer yet, the first ones are: "
                "%(questions)s.",
                count=len(lines),
                questions=questions,
            )
        else:
            sentence = self.env._(
                "These questions have no answer yet: %(questions)s.",
                questions=questions,
            )
        hint = (
            self.env._(
                "Answer them, then sign. Where one does not fit, the last answer says "
                "so."
            )
            if has_way_out
            else self.env._("Answer them, then sign.")
        )
        raise UserError(join_sentences(self.env, [sentence, hint]))
