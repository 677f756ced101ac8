from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.maybe_float import MaybeFloat
from .crm_assessment_framework import VIEWPOINTS

LEVELS = [("weak", "Weak"), ("fair", "Fair"), ("strong", "Strong")]

# Rows that the heat map shows, the weakest first.
HEAT_MAP_ROWS = 80


class CrmAssessmentScore(models.Model):
    """The score of one section of a finished assessment: one row each, for reports.

    What the reports group and filter by is kept here as it was on that day.
    """

    _name = "crm.assessment.score"
    _description = "Assessment Score"
    _order = "date desc, assessment_id, section_id, id"
    _rec_name = "section_id"
    _log_access = False

    assessment_id = fields.Many2one(
        comodel_name="crm.assessment",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    section_id = fields.Many2one(
        comodel_name="crm.assessment.section",
        string="Area",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    framework_id = fields.Many2one(
        comodel_name="crm.assessment.framework",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    viewpoint = fields.Selection(selection=VIEWPOINTS, readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Agent",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", readonly=True, ondelete="restrict"
    )
    date = fields.Date(string="Answered On", readonly=True)
    score = MaybeFloat(
        readonly=True,
        aggregator="avg",
        help="0 is the worst, 100 the best. Empty: not enough answers.",
    )
    level = fields.Selection(
        selection=LEVELS, readonly=True, falsy_value_label="Not enough answers"
    )
    answered = fields.Integer(
        string="Answers", readonly=True, help="Answers that count in the score."
    )
    asked = fields.Integer(string="Items Asked", readonly=True)
    is_must_pass_failed = fields.Boolean(string="Must-Pass Item Failed", readonly=True)
    is_counted = fields.Boolean(
        readonly=True,
        help="The viewpoint whose word counts, in a result that nobody disputes.",
    )
    is_revealed = fields.Boolean(
        readonly=True, help="People other than the one who answered may see the score."
    )

    _section_uniq = models.Constraint(
        "UNIQUE (assessment_id, section_id)",
        "An area of an assessment is scored once.",
    )
    _report_idx = models.Index("(framework_id, date, company_id)")

    # === ACTION METHODS === #

    def action_open_assessment(self):
        """Show the answers behind the score.

        :return: a window action
        """
        self.ensure_one()
        return self.assessment_id._get_records_action()

    # === BUSINESS METHODS === #

    @api.model
    @api.readonly
    def get_heat_map(
        self,
        rows="partner_id",
        viewpoint="customer",
        months=12,
        team=None,
        user=None,
        stage=None,
        is_latest=False,
    ):
        """The mean score of each customer or team and letter, the weakest first.

        :param str rows: ``partner_id`` or ``team_id``
        :param str viewpoint: whose answers count
        :param int months: how far to look back
        :param int team: id of a crm.team, of which the scores are
        :param int user: id of a res.users, who serves the customers
        :param int stage: id of a crm.assessment.stage, where the customers stand now
        :param bool is_latest: only the last round of each customer
        :return: ``letters``, ``rows`` with their ``cells`` by letter (score, level and
            n), the ``total`` number of rows, and the ``domain`` of what is behind it
        :rtype: dict
        :raise ValueError: for rows or a viewpoint that there are not
        """
        framework = self.env.ref("crm_referral.crm_assessment_framework_pride")
        if rows not in ("partner_id", "team_id"):
            raise ValueError(rows)
        if viewpoint not in framework._get_round_viewpoints():
            raise ValueError(viewpoint)
        since = fields.Date.context_today(self) - timedelta(days=30.44 * int(months))
        conditions = [
            ("framework_id", "=", framework.id),
            ("viewpoint", "=", viewpoint),
            ("date", ">=", fields.Date.to_string(since)),
            (rows, "!=", False),
            ("score", "!=", False),
        ]
        for fname, value in (
            ("team_id", team),
            ("user_id", user),
            ("partner_id.loyalty_stage_id", stage),
        ):
            if value:
                conditions.append((fname, "=", int(value)))
        if is_latest:
            conditions.append(("assessment_id.round_id.is_latest", "=", True))
        domain = Domain(conditions)
        weakest = self._read_group(
            domain, [rows], ["score:avg"], order="score:avg", limit=HEAT_MAP_ROWS + 1
        )
        total = len(weakest)
        if total > HEAT_MAP_ROWS:
            [(total,)] = self._read_group(domain, [], [f"{rows}:count_distinct"])
        shown = [record for record, _score in weakest[:HEAT_MAP_ROWS]]
        cells = {record: {} for record in shown}
        for record, section, score, count in self._read_group(
            domain & Domain(rows, "in", [record.id for record in shown]),
            [rows, "section_id"],
            ["score:avg", "__count"],
        ):
            cells[record][section.id] = {
                "score": score,
                "level": framework._get_level(score),
                "n": count,
            }
        return {
            "letters": [
                {"id": section.id, "letter": section.letter, "name": section.name}
                for section in framework.section_ids
            ],
            "rows": [
                {
                    "id": record.id,
                    # sudo: whoever sees the score may know whose it is
                    "name": record.sudo().display_name,
                    "cells": cells[record],
                }
                for record in shown
            ],
            "total": total,
            "domain": conditions,
        }

    @api.model
    @api.readonly
    def get_heat_map_choices(self):
        """What the heat map can be narrowed down to.

        :return: ``team``, ``user`` and ``stage``: lists of ``id`` and ``name``
        :rtype: dict
        """
        framework = self.env.ref("crm_referral.crm_assessment_framework_pride")
        done = [("framework_id", "=", framework.id), ("state", "=", "done")]
        choices = {"stage": framework.stage_ids}
        Round = self.env["crm.assessment.round"]
        for name, fname in (("team", "team_id"), ("user", "user_id")):
            groups = Round._read_group(
                [*done, (fname, "!=", False)], [], [f"{fname}:recordset"]
            )
            # sudo: whoever sees the round may know whose it is
            choices[name] = groups[0][0].sudo().sorted("name")
        return {
            name: [{"id": record.id, "name": record.display_name} for record in records]
            for name, records in choices.items()
        }
