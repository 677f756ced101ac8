from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from odoo.addons.crm_foundation.tools.sentences import join_sentences

from ..tools import assessment_scoring as scoring
from ..tools import round_result

# Checklists are evidence for as long.
EVIDENCE_PERIOD = timedelta(days=365)
# Rounds that the trend shows, at most.
TREND_LENGTH = 8


def _or_false(value):
    """:return: a figure for a field that has False where there is nothing"""
    return False if value is None else round(value, 2)


class CrmAssessmentResultMixin(models.AbstractModel):
    """What came of a round: scores, loyalty stage, gaps in words, trend, evidence."""

    _name = "crm.assessment.result.mixin"
    _description = "Has a Result"

    stage_id = fields.Many2one(
        comodel_name="crm.assessment.stage",
        string="Loyalty Stage",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    stage_explanation = fields.Char(compute="_compute_stage_explanation")
    result = fields.Json(compute="_compute_result")
    is_latest = fields.Boolean(
        string="Last Round",
        compute="_compute_is_latest",
        search="_search_is_latest",
        help="No later round with this customer has been answered.",
    )
    evidence_line_ids = fields.Many2many(
        comodel_name="crm.assessment.line",
        compute="_compute_evidence_line_ids",
        string="Evidence",
        help="What was written, what presses from outside, and what was tagged.",
    )

    _trend_idx = models.Index(
        "(partner_id, framework_id, closed_on) WHERE state = 'done'"
    )

    # === COMPUTE METHODS === #

    @api.depends("stage_id", "score", "recommendation", "framework_id.stage_ids")
    @api.depends_context("lang")
    def _compute_stage_explanation(self):
        for round_ in self:
            stages = round_.framework_id.stage_ids
            position = list(stages).index(round_.stage_id) if round_.stage_id else None
            if position is None:
                round_.stage_explanation = False
                continue
            if round_.recommendation is False:
                reached = self.env._(
                    "Overall score %(score)s. Would they recommend us? They did not "
                    "say, and only who says so is loyal or a fan.",
                    score=scoring.round_half_up(round_.score),
                )
            else:
                reached = self.env._(
                    "Overall score %(score)s, would recommend us with "
                    "%(recommendation)s of 10.",
                    score=scoring.round_half_up(round_.score),
                    recommendation=scoring.round_half_up(round_.recommendation),
                )
            needed = (
                self.env._(
                    "“%(stage)s” needs at least %(score)s and %(recommendation)s of "
                    "10.",
                    stage=stage.name,
                    score=scoring.round_half_up(stage.minimum_score),
                    recommendation=scoring.round_half_up(stage.minimum_recommendation),
                )
                for stage in stages[position : position + 2]
                if stage.minimum_score or stage.minimum_recommendation
            )
            round_.stage_explanation = join_sentences(self.env, [reached, *needed])

    @api.depends("state", "score", "undecided_count", "weak_section_ids")
    @api.depends_context("lang", "uid")
    def _compute_result(self):
        for round_ in self:
            round_.result = round_._get_result() if round_.state == "done" else False

    @api.depends("state", "closed_on", "active")
    def _compute_is_latest(self):
        # sudo: a later round counts also for who may not see it
        latest = self.sudo().search([("id", "in", self.ids), ("is_latest", "=", True)])
        for round_ in self:
            round_.is_latest = round_._origin.sudo() in latest

    @api.model
    def _search_is_latest(self, operator, _value):
        if operator != "in":
            return NotImplemented
        self.flush_model(["state", "closed_on", "active"])
        # SQL: the last one of each group is not to be had by a domain
        return Domain(
            "id",
            "in",
            SQL(
                """(
                SELECT DISTINCT ON (partner_id, framework_id, company_id) id
                  FROM crm_assessment_round
                 WHERE state = 'done' AND asks_customer AND active
              ORDER BY partner_id, framework_id, company_id, closed_on DESC, id DESC
                )"""
            ),
        )

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_evidence_line_ids(self):
        for round_ in self:
            round_.evidence_line_ids = (
                self.env["crm.assessment.line"].search(round_._get_evidence_domain())
                if round_.state == "done"
                else False
            )

    # === BUSINESS METHODS === #

    def _get_leading_viewpoint(self):
        """:return: the viewpoint whose word counts in this round.
        :rtype: str
        """
        self.ensure_one()
        if self.settlement == "self":
            return "self"
        return self.framework_id._get_leading_viewpoint()

    def _count_scores(self, is_counted):
        """Let the scores of the leading viewpoint count in reports, or none.

        :param bool is_counted: whether they count. Called in sudo mode.
        """
        scores = self.assessment_ids.score_ids
        leading = {round_: round_._get_leading_viewpoint() for round_ in self}
        counted = scores.filtered(
            lambda s: is_counted and s.viewpoint == leading[s.round_id]
        )
        scores.is_comparable = is_counted
        (scores - counted).filtered("is_counted").is_counted = False
        counted.is_counted = True

    def _get_letters(self):
        """The score of every letter: what the leading viewpoint says, if enough.

        Otherwise it is the mean of the others, and as weak as the weakest of them: a
        mean must not hide what one of them sees. The customer leads a round, the
        reviewer a checklist. Only what the user may see counts.

        :return: for each section a dict with ``scores`` (the crm.assessment.score of
            each viewpoint), ``score``, ``level``, ``viewpoint`` (empty for a mean) and
            ``measured`` (the score, if it is no mean)
        :rtype: dict
        """
        self.ensure_one()
        leading = self._get_leading_viewpoint()
        letters = {}
        for score in self.assessment_ids.score_ids.sorted(
            lambda score: (score.section_id.sequence, score.section_id.id)
        ):
            letters.setdefault(score.section_id, {})[score.viewpoint] = score
        result = {}
        for section, scores in letters.items():
            combined = round_result.combine(
                {name: score._get_plain() for name, score in scores.items()}, leading
            )
            values = combined._asdict().items()
            result[section] = {
                "scores": scores,
                # The screen, and the fields, have False where there is nothing.
                **{name: False if value is None else value for name, value in values},
            }
        return result

    def _prepare_result_values(self):
        """:return: values that keep the result of the round, the weak sections as ids.
        :rtype: dict
        """
        self.ensure_one()
        done = self.assessment_ids.filtered(lambda a: a.state == "done")
        total = round_result.add_up(
            [assessment._get_plain() for assessment in done],
            self._get_leading_viewpoint(),
            self.framework_id._get_plain_stages(),
            is_void=self.settlement == "void",
        )
        weak = [
            section.id
            for section, letter in self._get_letters().items()
            if letter["level"] == scoring.WEAK
        ]
        return {
            "score": _or_false(total.score),
            "level": total.level,
            "colleague_score": _or_false(total.colleague_score),
            "recommendation": _or_false(total.recommendation),
            "stage_id": total.stage,
            "weak_section_ids": tuple(weak),
        }

    def _get_result(self):
        """:return: the result for the screen: letters, viewpoints, gaps, trend.
        :rtype: dict
        """
        self.ensure_one()
        letters = self._get_letters()
        undecided = self._get_undecided_sections().get(self._origin, ())
        forms = {form.viewpoint: form for form in self.assessment_ids}
        viewpoints = [
            viewpoint
            for viewpoint in self.framework_id._get_round_viewpoints()
            if viewpoint in forms
        ]
        who = self._get_who()
        return {
            "viewpoints": [
                {
                    "code": viewpoint,
                    "name": who[viewpoint],
                    "is_missing": forms[viewpoint].state != "done",
                }
                for viewpoint in viewpoints
            ],
            "letters": [
                {
                    **self._prepare_letter(section, letter, viewpoints),
                    "is_undecided": section in undecided,
                }
                for section, letter in letters.items()
            ],
            "gaps": self._get_gap_sentences(letters),
            "trend": self._get_trend(),
        }

    def _prepare_letter(self, section, letter, viewpoints):
        """:return: what the screen shows of one area, see ``_get_result``
        :rtype: dict
        """
        levels = dict(self._fields["level"]._description_selection(self.env))
        scores = [letter["scores"].get(viewpoint) for viewpoint in viewpoints]
        return {
            "id": section.id,
            "letter": section.letter,
            "name": section.name,
            "description": section.description or "",
            "score": letter["score"],
            "level": letter["level"],
            "level_name": levels.get(letter["level"], ""),
            "is_mean": letter["score"] is not False and not letter["viewpoint"],
            "scores": [
                {
                    "score": score.score if score else False,
                    "answered": score.answered if score else 0,
                }
                for score in scores
            ],
        }

    def _get_gap_sentences(self, letters):
        """Say in words where the viewpoints lie far apart, the widest gap first.

        :param dict letters: as returned by ``_get_letters``
        :rtype: list[str]
        """
        who = self._get_who()
        compared_with = {
            "customer": self.env._("the customer"),
            "employee": self.env._("the person who serves"),
            "manager": self.env._("the manager"),
            "self": self.env._("the agent"),
            "reviewer": self.env._("the reviewer"),
        }
        gaps = round_result.find_gaps(
            {
                section: {
                    name: score._get_plain().score
                    for name, score in letter["scores"].items()
                }
                for section, letter in letters.items()
            },
            self.framework_id.gap_from,
        )
        return [
            self.env._(
                "%(who)s sees %(letter)s %(points)s points better than %(other)s.",
                who=who[gap.above],
                letter=gap.area.name,
                points=gap.points,
                other=compared_with[gap.below],
            )
            for gap in gaps
        ]

    def _get_evidence_domain(self):
        """What was written in the round, and what checklists say of the organization.

        :rtype: Domain
        """
        self.ensure_one()
        said = (
            Domain("note", "!=", False)
            | Domain("control", "!=", False)
            | Domain("section_ids", "!=", False)
        )
        evidence = Domain("assessment_id.round_id", "=", self.id) & said
        if self.partner_id and self.asks_customer:
            since = self.closed_on - EVIDENCE_PERIOD
            evidence |= Domain(
                [
                    ("cause", "=", "organization"),
                    ("assessment_id.partner_id", "=", self.partner_id.id),
                    ("assessment_id.company_id", "=", self.company_id.id),
                    ("assessment_id.done_on", ">=", fields.Date.to_string(since)),
                ]
            )
        return evidence & Domain("assessment_id.state", "=", "done")

    def _get_trend(self):
        """:return: scores of the last rounds with the customer, or of the agent, and of
            their letters by the id of the section.
        :rtype: list[dict]
        """
        subject = "partner_id" if self.asks_customer else "user_id"
        rounds = self.search(
            [
                (subject, "=", self[subject].id),
                ("framework_id", "=", self.framework_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "done"),
                ("closed_on", "<=", self.closed_on),
            ],
            limit=TREND_LENGTH,
            order="closed_on desc, id desc",
        )
        return [
            {
                "id": round_.id,
                "date": format_date(self.env, round_.closed_on),
                "score": round_.score,
                "letters": {
                    str(section.id): letter["measured"]
                    for section, letter in round_._get_letters().items()
                },
            }
            for round_ in reversed(rounds)
        ]
