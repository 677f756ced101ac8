from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_list

DECIDE = "crm_assessment.mail_activity_type_decide"
COMPARISONS = {
    ">": SQL(">"),
    ">=": SQL(">="),
    "<": SQL("<"),
    "<=": SQL("<="),
    "in": SQL("IN"),
}


class CrmAssessmentDecisionMixin(models.AbstractModel):
    """Nothing weak stays without an action or a dated acceptance.

    Whether it does depends on today's date, and so it is never stored: an acceptance
    that runs out tonight is no decision tomorrow, whichever job has run by then.
    """

    _name = "crm.assessment.decision.mixin"
    _description = "Decides on Weak Areas"

    earlier_action_ids = fields.Many2many(
        comodel_name="crm.assessment.action",
        compute="_compute_earlier_action_ids",
        string="Earlier Actions",
        help="What was decided after earlier rounds with this customer, and what came "
        "of it.",
    )
    undecided_count = fields.Integer(
        string="Weak Areas without Decision",
        compute="_compute_undecided_count",
        search="_search_undecided_count",
        help="Weak areas that have neither an action nor an acceptance that holds.",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "weak_section_ids",
        "state",
        "action_ids.section_id",
        "action_ids.state",
        "action_ids.kind",
        "action_ids.deadline",
    )
    def _compute_undecided_count(self):
        undecided = self._get_undecided_sections()
        for round_ in self:
            round_.undecided_count = len(undecided.get(round_._origin, ()))

    @api.depends("partner_id", "framework_id", "company_id")
    @api.depends_context("uid")
    def _compute_earlier_action_ids(self):
        actions = self.env["crm.assessment.action"].search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("round_id", "!=", False),
                ("kind", "!=", "coaching"),
                ("state", "!=", "cancelled"),
            ]
        )
        for round_ in self:
            round_.earlier_action_ids = actions.filtered(
                lambda action, round_=round_: action._is_earlier(round_._origin)
            )

    @api.model
    def _search_undecided_count(self, operator, value):
        if operator not in COMPARISONS:
            return NotImplemented
        values = tuple(value) if operator == "in" else value
        matches = SQL("%s %s", COMPARISONS[operator], values)
        # Most rounds have no undecided letter and no row here: they are what is left.
        [(is_none_included,)] = self.env.execute_query(SQL("SELECT 0 %s", matches))
        having = SQL("NOT count(*) %s" if is_none_included else "count(*) %s", matches)
        found = SQL(
            "(SELECT round_id FROM (%s) undecided GROUP BY round_id HAVING %s)",
            self._get_undecided_query(),
            having,
        )
        return Domain("id", "not in" if is_none_included else "in", found)

    # === ACTION METHODS === #

    def action_decide(self):
        """Decide what is done about the next weak letter that has no decision yet.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        sections = self._get_undecided_sections().get(self)
        if not sections:
            raise UserError(self.env._("Every weak area has its decision."))
        section = sections[:1]
        return {
            "name": self.env._("Decide on %(letter)s", letter=section.name),
            "type": "ir.actions.act_window",
            "res_model": "crm.assessment.action",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_round_id": self.id,
                "default_section_id": section.id,
                "default_kind": "improvement",
            },
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_undecided_query(self):
        """Select the weak letters that nobody has decided on.

        A decision is an action that was not given up, or an acceptance until today or
        later. A later round that measured the letter decides on it too: what is weak
        there, is weak there. Where the customer kept silent, nothing was measured.

        :return: a query of ``round_id`` and ``section_id``
        :rtype: SQL
        """
        for model, fnames in (
            ("crm.assessment.round", ["weak_section_ids", "state", "closed_on"]),
            ("crm.assessment.action", ["round_id", "section_id", "kind", "state"]),
            ("crm.assessment.action", ["deadline"]),
            ("crm.assessment", ["round_id"]),
            ("crm.assessment.score", ["section_id", "score", "is_counted"]),
        ):
            self.env[model].flush_model(fnames)
        # SQL: a domain cannot compare the letter of the action with the weak letter
        return SQL(
            """
            SELECT weak.round_id, weak.section_id
              FROM crm_assessment_round_weak_section_rel weak
              JOIN crm_assessment_round round ON round.id = weak.round_id
             WHERE round.state = 'done' AND round.asks_customer
               AND NOT EXISTS (
                       SELECT FROM crm_assessment_action action
                        WHERE action.round_id = weak.round_id
                          AND action.section_id = weak.section_id
                          AND action.state <> 'cancelled'
                          AND (action.kind <> 'acceptance'
                               OR action.deadline >= %(today)s))
               AND NOT EXISTS (
                       SELECT FROM crm_assessment_round later
                         JOIN crm_assessment form ON form.round_id = later.id
                         JOIN crm_assessment_score score
                           ON score.assessment_id = form.id
                        WHERE later.partner_id = round.partner_id
                          AND later.framework_id = round.framework_id
                          AND later.company_id = round.company_id
                          AND later.state = 'done' AND later.active
                          AND (later.closed_on, later.id)
                              > (round.closed_on, round.id)
                          AND score.section_id = weak.section_id
                          AND score.is_counted AND score.score IS NOT NULL)
            """,
            today=fields.Date.context_today(self),
        )

    def _get_undecided_sections(self):
        """:return: for each round that has some, its weak letters without decision.
        :rtype: dict
        """
        if not self.ids:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT round_id, array_agg(section_id)
                  FROM (%(undecided)s) undecided
                 WHERE round_id IN %(rounds)s
              GROUP BY round_id
                """,
                undecided=self._get_undecided_query(),
                rounds=tuple(self.ids),
            )
        )
        section_ids = dict(rows)
        Section = self.env["crm.assessment.section"]
        return {
            round_: Section.browse(section_ids[round_.id]).sorted()
            for round_ in self
            if round_.id in section_ids
        }

    def _follow_decisions(self):
        """Ask for the decisions that are missing, and stop asking for the others.

        Called in sudo mode: the activity may be of another manager.
        """
        undecided = self._get_undecided_sections()
        decided = self.filtered(lambda round_: round_ not in undecided)
        decided.activity_feedback([DECIDE])
        activity_type = self.env.ref(DECIDE)
        asked = set(
            self.activity_search([DECIDE], only_automated=False).mapped("res_id")
        )
        values_by_record = {}
        for round_ in self.filtered(lambda r: r in undecided and r.id not in asked):
            user = round_.manager_id or round_.user_id
            in_language = self.with_context(lang=user.lang)
            sections = undecided[round_].with_env(in_language.env)
            values_by_record[round_] = {
                "user_id": user.id,
                "summary": activity_type.with_env(in_language.env).summary,
                "date_deadline": activity_type._get_date_deadline(),
                "note": in_language.env._(
                    "Weak, and nobody has decided: %(letters)s",
                    letters=format_list(in_language.env, sections.mapped("name")),
                ),
            }
        self.env["mail.activity"]._schedule_batch(DECIDE, values_by_record)

    @api.model
    def _cron_follow_decisions(self, batch_size=100):
        """Ask again where an acceptance has run out, or an action was given up."""
        asked = Domain("activity_type_id", "=", self.env.ref(DECIDE).id)
        self._process_in_batches(
            Domain("undecided_count", ">", 0) & ~Domain("activity_ids", "any", asked),
            "_follow_decisions",
            batch_size,
        )

    def _get_earlier_rounds(self):
        """:return: closed rounds with the same customers before these."""
        if not self.partner_id:
            return self.browse()
        subjects = {(r.partner_id, r.framework_id, r.company_id) for r in self}
        return (
            self.search(
                [
                    ("partner_id", "in", self.partner_id.ids),
                    ("asks_customer", "=", True),
                    ("state", "=", "done"),
                ]
            ).filtered(
                lambda r: (r.partner_id, r.framework_id, r.company_id) in subjects
            )
            - self
        )

    def _measure_effects(self):
        """Note for what was done before how its letter does now, round after round.

        Only what is done can have an effect, and only what the customer has said since
        then can show it.
        """
        rounds = {(r.partner_id, r.framework_id, r.company_id): r for r in self}
        actions = self.env["crm.assessment.action"].search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("round_id", "not in", self.ids),
                ("round_id", "!=", False),
                ("kind", "=", "improvement"),
                ("state", "=", "done"),
                ("done_on", "!=", False),
            ]
        )
        letters = {}
        for action in actions:
            earlier = action.round_id
            round_ = rounds.get(
                (earlier.partner_id, earlier.framework_id, action.company_id)
            )
            if not round_:
                continue
            if round_ not in letters:
                letters[round_] = round_._get_letters()
            letter = letters[round_].get(action.section_id)
            if not letter or letter["measured"] is False:
                continue
            said_on = letter["scores"][letter["viewpoint"]].date
            if action.done_on <= said_on:
                action.write(
                    {"score_after": letter["measured"], "measured_on": said_on}
                )
