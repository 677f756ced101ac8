from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.local_time import today

from ..tools import assessment_scoring as scoring
from ..tools import round_result
from ..tools.maybe_float import MaybeFloat

SILENT = "crm_assessment.mail_activity_type_silent"
# Days in which somebody talks to who did not answer.
SILENT_DELAY = timedelta(days=5)
RESPONSES = [
    ("full", "Answered"),
    ("partly", "Partly Answered"),
    ("silent", "Customer Did Not Answer"),
    ("unreviewed", "Not Reviewed"),
    ("none", "No Answer"),
]


class CrmAssessmentResponseMixin(models.AbstractModel):
    """Who answered and who did not: silence is a result of its own, and no score."""

    _name = "crm.assessment.response.mixin"
    _description = "Knows Who Answered"

    response = fields.Selection(
        selection=RESPONSES,
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Who had answered when the round was closed.",
    )
    asked_count = fields.Integer(
        string="Asked", readonly=True, copy=False, help="Forms that were sent out."
    )
    answered_count = fields.Integer(
        string="Answers", readonly=True, copy=False, help="Forms that came back."
    )
    answer_ratio = fields.Char(
        string="Answered by",
        compute="_compute_answer_ratio",
        help="How many of those who were asked have answered.",
    )
    colleague_score = MaybeFloat(
        string="Colleagues' Mean",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="What the others say where the one whose word counts did not answer. It "
        "says nothing about the customer's loyalty.",
    )
    response_note = fields.Text(
        compute="_compute_response_note", help="Who is missing, in words."
    )

    # === COMPUTE METHODS === #

    @api.depends("asked_count", "answered_count")
    @api.depends_context("lang")
    def _compute_answer_ratio(self):
        for round_ in self:
            round_.answer_ratio = bool(round_.asked_count) and self.env._(
                "%(answered)s of %(asked)s",
                answered=round_.answered_count,
                asked=round_.asked_count,
            )

    @api.depends("response", "state")
    @api.depends_context("lang")
    def _compute_response_note(self):
        closed = self.filtered(lambda r: r.state == "done")
        by_round = closed._search_assessments().grouped("round_id")
        sentences = self._get_missing_sentences()
        for round_ in self:
            # sudo: the forms were searched so; only who is missing is told
            forms = by_round.get(round_._origin.sudo(), ())
            notes = [
                sentences[form.viewpoint]
                for form in forms
                if form.state != "done" and form.viewpoint in sentences
            ]
            if round_ in closed and round_.response == "silent":
                notes.append(
                    self.env._(
                        "What you see is how colleagues look at it. It is no score of "
                        "the customer's."
                    )
                )
            elif round_ in closed and round_.response == "unreviewed":
                notes.append(
                    self.env._(
                        "What you see is the agent's own view. It counts nowhere."
                    )
                )
            round_.response_note = "\n".join(notes)

    # === BUSINESS METHODS === #

    @api.model
    def _get_missing_sentences(self):
        """:return: for each viewpoint, that it is missing.
        :rtype: dict
        """
        return {
            "customer": self.env._("The customer did not answer."),
            "employee": self.env._("The person who serves did not answer."),
            "manager": self.env._("The manager did not answer."),
            "self": self.env._("The agent did not answer."),
            "reviewer": self.env._("The reviewer did not answer."),
        }

    def _prepare_response_values(self, assessments):
        """Say who answered.

        :param assessments: the forms of the round, in sudo mode
        :return: values of ``response``, ``asked_count`` and ``answered_count``
        :rtype: dict
        """
        self.ensure_one()
        answered = assessments.filtered(lambda a: a.state == "done")
        return {
            "response": round_result.describe_response(
                assessments.mapped("viewpoint"),
                answered.mapped("viewpoint"),
                self.framework_id._get_leading_viewpoint(),
            ),
            "asked_count": len(assessments),
            "answered_count": len(answered),
        }

    @api.model
    def _get_silent_domain(self):
        """:return: closed rounds in which the customer was asked, and did not answer.
        :rtype: Domain
        """
        return Domain(
            [
                ("asks_customer", "=", True),
                ("state", "=", "done"),
                ("response", "in", ("silent", "none")),
            ]
        )

    @api.model
    def _get_response_rate(self, domain):
        """How many of the customers who were asked have answered.

        :param domain: which closed rounds count
        :return: ``asked``, ``answered``, and ``rate`` from 0 to 100, False for nobody
        :rtype: dict
        """
        asked = Domain(domain) & Domain(
            [("asks_customer", "=", True), ("state", "=", "done")]
        )
        counts = dict(self._read_group(asked, ["response"], ["__count"]))
        answered = counts.get("full", 0) + counts.get("partly", 0)
        total = sum(counts.values())
        return {
            "asked": total,
            "answered": answered,
            "rate": scoring.round_half_up(100 * answered / total) if total else False,
        }

    def _follow_silence(self):
        """Somebody talks to the customers who did not answer. Called in sudo mode."""
        silent = self.filtered_domain(self._get_silent_domain())
        answered = self.filtered(lambda r: r.asks_customer) - silent
        earlier = (answered | silent)._get_earlier_rounds() - silent
        # A newer round says how the customer is doing; one task is enough.
        (answered | earlier).activity_unlink([SILENT])
        values_by_record = {}
        for round_ in silent:
            user = round_.manager_id or round_.user_id
            in_language = self.with_context(lang=user.lang)
            values_by_record[round_] = {
                "user_id": user.id,
                "date_deadline": today(self.env, user, round_.company_id)
                + SILENT_DELAY,
                "summary": self.env.ref(SILENT).with_env(in_language.env).summary,
                "note": in_language.env._(
                    "%(customer)s did not answer. Silence is a risk: call or visit "
                    "them, and ask again.",
                    customer=round_.partner_id.display_name,
                ),
            }
        if values_by_record:
            self.env["mail.activity"]._schedule_batch(SILENT, values_by_record)
