from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.local_time import today
from odoo.addons.crm_foundation.tools.look_back import months_before

# Rows that the heat map shows, the weakest first.
HEAT_MAP_ROWS = 80
ROWS = ("partner_id", "team_id")


class CrmAssessmentHeatMap(models.AbstractModel):
    """Customers or teams by areas: where loyalty is lost, at a glance.

    The record rules of the one who looks decide what counts.
    """

    _name = "crm.assessment.heat.map"
    _description = "Assessment Heat Map"

    # === BUSINESS METHODS === #

    @api.model
    @api.readonly
    def get_heat_map(
        self,
        framework=False,
        rows="partner_id",
        viewpoint="customer",
        months=12,
        team=None,
        user=None,
        stage=None,
        is_latest=True,
    ):
        """The mean score of each customer or team and area, the weakest first.

        :param str framework: code of the crm.assessment.framework
        :param str rows: ``partner_id`` or ``team_id``
        :param str viewpoint: whose answers count
        :param int months: how far to look back
        :param int team: id of a crm.team, of which the scores are
        :param int user: id of a res.users, who serves the customers
        :param int stage: id of a crm.assessment.stage, where the customers stand now
        :param bool is_latest: only the last round of each customer
        :return: ``letters``, ``rows`` with their ``cells`` by letter (score, level and
            n), their ``overall`` and its ``change``, the ``total`` number of rows, the
            ``domain`` of what is behind it, who was ``silent``, and the ``response``
        :rtype: dict
        :raise UserError: for what nobody can choose on the screen
        """
        framework = self.env["crm.assessment.framework"]._get_by_code(
            framework, "asks_customer"
        )
        self._check_choices(framework, rows, viewpoint)
        conditions, closed = self._get_conditions(
            framework, months, is_latest, team=team, user=user, stage=stage
        )
        conditions += [
            ("viewpoint", "=", viewpoint),
            (rows, "!=", False),
            ("score", "!=", False),
        ]
        shown, total = self._get_rows(Domain(conditions), rows)
        return {
            "letters": framework._get_letters(),
            "rows": self._prepare_rows(framework, viewpoint, conditions, rows, shown),
            "total": total,
            "domain": conditions,
            "silent": self._get_silent(closed, rows, viewpoint),
            "response": self.env["crm.assessment.round"]._get_response_rate(closed),
        }

    @api.model
    def _prepare_rows(self, framework, viewpoint, conditions, rows, shown):
        """:return: what the screen shows of these customers or teams
        :rtype: list[dict]
        """
        cells = self._get_cells(framework, Domain(conditions), rows, shown)
        overall = self._get_overall(framework, viewpoint, conditions, rows, shown)
        return [
            {
                "id": record.id,
                # sudo: whoever sees the score may know whose it is
                "name": record.sudo().display_name,
                "cells": cells[record],
                **overall[record],
            }
            for record in shown
        ]

    @api.model
    def _check_choices(self, framework, rows, viewpoint):
        """:raise UserError: for rows or a viewpoint that there are not"""
        if rows not in ROWS or viewpoint not in framework._get_round_viewpoints():
            raise UserError(
                self.env._("Choose customers or teams, and who has answered.")
            )

    @api.model
    def _get_conditions(self, framework, months, is_latest, **choices):
        """:param choices: ids by ``team``, ``user`` and ``stage``
        :return: what holds for the scores that count, and for their rounds.
        :rtype: tuple[list, list]
        :raise UserError: for what nobody can choose on the screen
        """
        since = fields.Date.to_string(self._get_start(months))
        common = [("framework_id", "=", framework.id), *self._get_filters(**choices)]
        scores = [*common, ("date", ">=", since)]
        rounds = [*common, ("closed_on", ">=", since)]
        if is_latest:
            scores.append(("round_id.is_latest", "=", True))
            rounds.append(("is_latest", "=", True))
        return scores, rounds

    @api.model
    def _get_start(self, months):
        """:return: the first day that counts.
        :rtype: date
        :raise UserError: for what is no number of months
        """
        since = months_before(today(self.env, self.env.user, self.env.company), months)
        if not since:
            raise UserError(
                self.env._("Choose how many months to look back: at least one.")
            )
        return since

    @api.model
    def _get_filters(self, **choices):
        """:param choices: ids by ``team``, ``user`` and ``stage``
        :return: conditions that hold for scores and for rounds.
        :rtype: list
        :raise UserError: for what is no id
        """
        fnames = {
            "team": "team_id",
            "user": "user_id",
            "stage": "partner_id.loyalty_stage_id",
        }
        conditions = []
        for name, value in choices.items():
            if not value:
                continue
            if not isinstance(value, int) or abs(value) >= 2**31:
                raise UserError(self.env._("Choose an entry from the list."))
            conditions.append((fnames[name], "=", value))
        return conditions

    @api.model
    def _get_rows(self, domain, rows):
        """:return: the weakest records that are shown, and how many there are."""
        Score = self.env["crm.assessment.score"]
        weakest = Score._read_group(
            domain, [rows], ["score:avg"], order="score:avg", limit=HEAT_MAP_ROWS + 1
        )
        total = len(weakest)
        if total > HEAT_MAP_ROWS:
            [(total,)] = Score._read_group(domain, [], [f"{rows}:count_distinct"])
        return [record for record, _score in weakest[:HEAT_MAP_ROWS]], total

    @api.model
    def _get_cells(self, framework, domain, rows, shown):
        """:return: for each record its cells by the id of the area.
        :rtype: dict
        """
        cells = {record: {} for record in shown}
        for record, section, score, count in self.env[
            "crm.assessment.score"
        ]._read_group(
            domain & Domain(rows, "in", [record.id for record in shown]),
            [rows, "section_id"],
            ["score:avg", "__count"],
        ):
            cells[record][section.id] = {
                "score": score,
                "level": framework._get_level(score),
                "n": count,
            }
        return cells

    @api.model
    def _get_overall(self, framework, viewpoint, conditions, rows, shown):
        """:return: for each record its ``overall`` cell, and the ``change`` between its
            last two rounds, False without two of them.
        :rtype: dict
        """
        Assessment = self.env["crm.assessment"]
        ids = [record.id for record in shown]
        scored = Domain(
            [
                ("framework_id", "=", framework.id),
                ("viewpoint", "=", viewpoint),
                ("state", "=", "done"),
                ("is_revealed", "=", True),
                ("score", "!=", False),
                (rows, "in", ids),
            ]
        )
        behind = Domain("score_ids", "any", Domain(conditions))
        result = {record: {"overall": False, "change": False} for record in shown}
        for record, score, count in Assessment._read_group(
            scored & behind, [rows], ["score:avg", "__count"]
        ):
            result[record]["overall"] = {
                "score": score,
                "level": framework._get_level(score),
                "n": count,
            }
        if rows == "partner_id":
            history = defaultdict(list)
            for record, _month, score in Assessment._read_group(
                scored, [rows, "done_on:day"], ["score:avg"], order="done_on:day"
            ):
                history[record].append(score)
            for record, scores in history.items():
                if len(scores) > 1:
                    result[record]["change"] = scores[-1] - scores[-2]
        return result

    @api.model
    def _get_silent(self, closed, rows, viewpoint):
        """:return: customers who were asked in the last round, and did not answer.
        :rtype: list[dict]
        """
        if rows != "partner_id" or viewpoint != "customer":
            return []
        Round = self.env["crm.assessment.round"]
        silent = Domain(closed) & Round._get_silent_domain()
        groups = Round._read_group(
            silent & Domain("is_latest", "=", True),
            ["partner_id"],
            limit=HEAT_MAP_ROWS,
        )
        return [
            # sudo: whoever sees the round may know whose it is
            {"id": partner.id, "name": partner.sudo().display_name}
            for [partner] in groups
        ]

    @api.model
    @api.readonly
    def get_heat_map_choices(self, framework=False):
        """What the heat map can be narrowed down to.

        :param str framework: code of the crm.assessment.framework
        :return: ``team``, ``user`` and ``stage``: lists of ``id`` and ``name``
        :rtype: dict
        """
        framework = self.env["crm.assessment.framework"]._get_by_code(
            framework, "asks_customer"
        )
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
