from datetime import timedelta
from itertools import accumulate

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.period_domain import period_domain
from odoo.addons.crm_referral.report.crm_referral_figures import MONTH

from ..models.crm_service_duty_mixin import DAYS_AHEAD

TREND_MONTHS = 12
WITH_TREND = (
    *("complaints", "acknowledged_rate", "resolved_rate", "second_contact_rate"),
    *("reopened_rate", "followed_rate"),
    *("agent_solved_rate", "customer_solved_rate", "solved_first_rate"),
    *("contacts", "repeat_rate", "dumb_rate", "told_rate", "within_limit_rate"),
)
# By group, those that belong together beside each other.
GROUPS = {
    "complaints": (
        *("complaints", "acknowledged_rate", "resolved_rate"),
        *("second_contact_rate", "reopened_rate", "followed_rate"),
    ),
    "first": (
        *("agent_solved_rate", "solved_first_rate", "customer_solved_rate"),
        *("customer_answer_rate", "gap_customer", "gap_log"),
    ),
    "contacts": ("contacts", "repeat_rate", "chain_rate", "dumb_rate"),
    "promises": (
        *("told_rate", "hours_to_answer", "within_limit_rate", "hours_to_decide"),
        *("coverage", "gap_contacts"),
    ),
}
FIGURES = tuple(code for codes in GROUPS.values() for code in codes)
THREE_WORDS = GROUPS["first"][:3]
MISSES = 7
# The filter by team of what has none itself, but two ways to one.
ASKED_TEAM = "asked_team_id"
# How good it is when none, one, or both of the endings are a yes.
LEVELS = ("danger", "warning", "success")
SERVICE_MANAGER = "crm_referral_service.group_service_manager"


class CrmServiceDashboard(models.AbstractModel):
    """The few figures of customer service that matter, each with its trend and its
    records, and what needs a hand.

    All is read with the rights of the user who looks.
    """

    _name = "crm.service.dashboard"
    _inherit = "crm.dashboard.mixin"
    _description = "Service Dashboard"

    # === CHOICES === #

    def _get_filter_fields(self):
        return {"team_id"}

    def _get_choices(self):
        teams = self.env["crm.team"].search_fetch(
            Domain("company_id", "in", [*self.env.companies.ids, False])
            & Domain("is_service", "=", True),
            ["name"],
        )
        if not teams:
            return []
        return [
            {
                "name": "team_id",
                "label": self.env._("Service Team"),
                "all": self.env._("All teams"),
                "options": [{"id": team.id, "name": team.name} for team in teams],
            }
        ]

    def _get_links(self):
        return [
            {
                "name": name,
                "label": label,
                "action": f"crm_referral_service.{action}",
            }
            for name, label, action in (
                (
                    "contacts",
                    self.env._("Contacts Analysis"),
                    "crm_service_contact_report_action",
                ),
                (
                    "complaints",
                    self.env._("Complaints Analysis"),
                    "crm_complaint_report_action",
                ),
            )
        ]

    def _get_empty_text(self):
        return self.env._(
            "Nothing to show yet. As soon as a customer turns to you, you see here "
            "why, and what becomes of it."
        )

    # === FIGURES === #

    def _get_figures(self, period, previous, filters):
        Figures = self.env["crm.service.figures"]
        now = Figures._read(self._get_options(*period, filters), FIGURES)
        before = Figures._read(self._get_options(*previous, filters), FIGURES)
        trend = self._read_trend(period[1], filters)
        formats = {each.code: each.format for each in Figures._get_all()}
        names = self._get_group_names()
        groups = {code: names[key] for key, codes in GROUPS.items() for code in codes}
        return [
            self._prepare_figure(
                figure,
                now,
                before,
                self._prepare_period_action(
                    figure.name,
                    figure.records,
                    self._get_known_filters(figure.records.model, filters),
                    period,
                ),
                trend=map(figure.get_value, trend) if figure.code in WITH_TREND else (),
                base_format=formats.get(next(iter(figure.bases), ""), "integer"),
                group=groups[figure.code],
            )
            for figure in Figures._get(*FIGURES)
        ]

    def _get_group_names(self):
        return {
            "complaints": self.env._("Complaints"),
            "first": self.env._("Solved the First Time"),
            "contacts": self.env._("Service Contacts"),
            "promises": self.env._("What We Promise"),
        }

    def _get_options(self, start, end, filters):
        """:return: a period as ``crm.referral.scope`` takes it.
        :rtype: dict
        """
        return {
            "date_from": start,
            "date_to": end,
            "company_ids": self.env.companies.ids,
            "team_ids": [filters["team_id"]] if "team_id" in filters else [],
            "salesperson_ids": [],
            "selection": None,
            "selected_model": False,
        }

    def _read_trend(self, today, filters):
        """:return: the values of each of the last months.
        :rtype: list[dict]
        """
        Figures = self.env["crm.service.figures"]
        first = today.replace(day=1) - relativedelta(months=TREND_MONTHS - 1)
        options = self._get_options(first, today, filters)
        months = Figures._read_by(options, WITH_TREND, MONTH)
        nothing = Figures._get_nothing(WITH_TREND)
        return [
            months.get(first + relativedelta(months=index), nothing)
            for index in range(TREND_MONTHS)
        ]

    def _get_known_filters(self, model, filters):
        """:return: the filters by their path from a model"""
        if not filters or "team_id" in self.env[model]:
            return filters
        if model == "crm.service.handover":
            return {ASKED_TEAM: filters["team_id"]}
        return {"complaint_id.team_id": filters["team_id"]}

    def _get_filter_domain(self, filters):
        """A question belongs to the team of the complaint, or of the contact."""
        if ASKED_TEAM not in filters:
            return super()._get_filter_domain(filters)
        team_id = filters[ASKED_TEAM]
        return Domain("complaint_id.team_id", "=", team_id) | Domain(
            "contact_id.team_id", "=", team_id
        )

    # === LISTS === #

    def _get_sections(self, period, filters):
        sections = [
            self._prepare_section(
                "todo",
                self.env._("What needs a hand"),
                "alerts",
                self._get_todo(filters),
            ),
            self._prepare_section(
                "outcomes",
                self.env._("How complaints ended"),
                "bars",
                self._get_outcomes(period, filters),
                self.env._("No complaint ended in this period."),
            ),
            self._prepare_endings(period, filters),
            self._prepare_section(
                "three_words",
                self.env._("Solved: three answers to one question"),
                "bars",
                self._get_three_words(period, filters),
                self.env._("Nothing is known of this period yet."),
            ),
            self._prepare_section(
                "misses",
                self.env._("Why Not the First Time"),
                "bars",
                self._get_misses(period, filters),
                self.env._("Nobody came back in this period."),
            ),
            self._prepare_section(
                "areas",
                self.env._("Where the causes lie that are still there"),
                "bars",
                self._get_areas(period, filters),
                self.env._("No cause was found in this period that is still there."),
            ),
        ]
        if self.env.user.has_group(SERVICE_MANAGER):
            sections.append(
                self._prepare_section(
                    "limits",
                    self.env._("Limits that may be too low"),
                    "list",
                    self._get_limits(),
                    self.env._("No limit is in the way."),
                )
            )
        return sections

    def _get_outcomes(self, period, filters):
        """:return: in which ways complaints ended, with their records."""
        Complaint = self.env["crm.complaint"]
        domain = (
            Domain("outcome", "!=", False)
            & period_domain(Complaint, "closed_on", *period)
            & self._get_filter_domain(filters)
        )
        counts = dict(Complaint._read_group(domain, ["outcome"], ["__count"]))
        labels = Complaint._fields["outcome"]._description_selection(self.env)
        return [
            {
                "code": outcome,
                "name": name,
                "value": counts[outcome],
                "action": self._prepare_action(
                    name, Complaint._name, domain & Domain("outcome", "=", outcome)
                ),
            }
            for outcome, name in labels
            if outcome in counts
        ]

    def _prepare_endings(self, period, filters):
        """:return: a table of both endings, as the customers said them"""
        Complaint = self.env["crm.complaint"]
        domain = (
            Domain("outcome", "!=", False)
            & Domain("solved", "!=", False)
            & Domain("felt_heard", "!=", False)
            & period_domain(Complaint, "closed_on", *period)
            & self._get_filter_domain(filters)
        )
        counts = {
            (solved, heard): count
            for solved, heard, count in Complaint._read_group(
                domain, ["solved", "felt_heard"], ["__count"]
            )
        }
        solved_names, heard_names = self._get_ending_names()
        rows = [
            {
                "code": solved,
                "name": solved_name,
                "cells": [
                    {
                        "code": f"{solved}_{heard}",
                        "value": counts.get((solved, heard), 0),
                        "level": LEVELS[(solved == "yes") + (heard == "yes")],
                        "action": self._prepare_action(
                            f"{solved_name} · {heard_name}",
                            Complaint._name,
                            domain
                            & Domain("solved", "=", solved)
                            & Domain("felt_heard", "=", heard),
                        ),
                    }
                    for heard, heard_name in heard_names.items()
                ],
            }
            for solved, solved_name in solved_names.items()
        ]
        return self._prepare_table(
            "endings",
            self.env._("Both endings, as customers say them"),
            list(heard_names.values()),
            rows,
            self.env._("No customer has answered both questions in this period."),
        )

    def _get_ending_names(self):
        """:return: what the answers to each of the two questions are called"""
        return {
            "yes": self.env._("Solved"),
            "partly": self.env._("Partly solved"),
            "no": self.env._("Not solved"),
        }, {
            "yes": self.env._("Felt heard"),
            "partly": self.env._("Partly heard"),
            "no": self.env._("Not heard"),
        }

    def _get_todo(self, filters):
        """:return: what needs somebody's hand, with its records."""
        rows = []
        for code, name, model, domain in self._get_todo_domains():
            domain &= self._get_filter_domain(self._get_known_filters(model, filters))
            rows.append(
                {
                    "code": code,
                    "name": name,
                    "value": self.env[model].search_count(domain),
                    "action": self._prepare_action(name, model, domain),
                }
            )
        return rows

    def _get_todo_domains(self):
        """:return: code, name, model and domain of what is to be done; an addon adds
        its own
        :rtype: list[tuple]
        """
        now = self.env.cr.now()
        today = fields.Date.context_today(self)
        return [
            (
                "late",
                self.env._("Answers that are late"),
                "crm.complaint",
                Domain("is_answer_late", "=", True),
            ),
            (
                "unassigned",
                self.env._("Open complaints of nobody"),
                "crm.complaint",
                Domain("outcome", "=", False) & Domain("user_id", "=", False),
            ),
            (
                "questions",
                self.env._("Questions past their day"),
                "crm.service.handover",
                Domain("state", "=", "asked") & Domain("deadline", "<", today),
            ),
            (
                "untold",
                self.env._("Answers that the customer has not heard"),
                "crm.service.handover",
                Domain("state", "=", "answered"),
            ),
            (
                "approvals",
                self.env._("Gestures that wait for approval"),
                "crm.complaint.gesture",
                Domain("state", "=", "to_approve"),
            ),
            (
                "gaps",
                self.env._("Hours ahead in which nobody is there"),
                "crm.service.duty.gap",
                Domain("stop", ">=", now)
                & Domain("start", "<=", now + timedelta(days=DAYS_AHEAD)),
            ),
        ]

    def _get_three_words(self, period, filters):
        """:return: the agents' word, the log's and the customers', as bars of 100 %."""
        Figures = self.env["crm.service.figures"]
        values = Figures._read(self._get_options(*period, filters), THREE_WORDS)
        rows = []
        for figure in Figures._get(*THREE_WORDS):
            value = figure.get_value(values)
            if value is None:
                continue
            known = self._get_known_filters(figure.records.model, filters)
            rows.append(
                {
                    "code": figure.code,
                    "name": figure.name,
                    "value": value,
                    "format": "percent",
                    "note": self.env._("of %(count)s", count=figure.get_base(values)),
                    "action": self._prepare_period_action(
                        figure.name, figure.records, known, period
                    ),
                }
            )
        return rows

    def _get_misses(self, period, filters):
        """:return: why customers came back, the most frequent reasons first; and what
        share they have with those above.
        """
        Contact = self.env["crm.service.contact"]
        domain = (
            Domain("is_repeat", "=", True)
            & period_domain(Contact, "contacted_on", *period)
            & self._get_filter_domain(filters)
        )
        rows = Contact._read_group(
            domain, ["miss_id"], ["__count"], order="__count DESC"
        )
        total = sum(count for _miss, count in rows)
        sums = accumulate(count for _miss, count in rows)
        return [
            {
                "code": miss.id,
                "name": miss.name or self.env._("Not said yet"),
                "value": count,
                "note": self.env._(
                    "%(percent)s %% together", percent=round(100 * together / total)
                ),
                "action": self._prepare_action(
                    miss.name or self.env._("Not said yet"),
                    Contact._name,
                    domain & Domain("miss_id", "=", miss.id),
                ),
            }
            for (miss, count), together in zip(rows[:MISSES], sums, strict=False)
        ]

    def _get_areas(self, period, filters):
        """:return: the areas in which causes lie that are still there, most first."""
        Complaint = self.env["crm.complaint"]
        domain = (
            Domain("scope", "=", "systemic")
            & period_domain(Complaint, "received_on", *period)
            & self._get_filter_domain(filters)
        )
        rows = Complaint._read_group(
            domain, ["section_ids"], ["__count"], order="__count DESC"
        )
        return [
            {
                "code": section.id,
                "name": section.display_name,
                "value": count,
                "action": self._prepare_action(
                    section.display_name,
                    Complaint._name,
                    domain & Domain("section_ids", "in", section.ids),
                ),
            }
            for section, count in rows
            if section
        ]

    def _get_limits(self):
        """:return: the limits above which others only say yes."""
        rows = []
        for proposal in self.env["crm.service.authority"]._get_proposals():
            limit, kind = proposal.authority, proposal.gesture_type
            rows.append(
                {
                    "code": f"{limit.id}-{kind.id}-{proposal.company.id}",
                    "name": proposal.get_name(self.env),
                    "hint": self.env._(
                        "%(unchanged)s of %(decided)s approved unchanged; this much "
                        "would have been enough for most of them",
                        unchanged=proposal.unchanged,
                        decided=proposal.decided,
                    ),
                    "value": proposal.amount,
                    "format": "money",
                    "action": self._prepare_limit_action(limit, kind),
                }
            )
        return rows

    def _prepare_limit_action(self, limit, kind):
        """:return: a window action on a limit, or one to make it"""
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.service.authority",
            "res_id": limit.id,
            "views": [[False, "form"]],
            "context": {} if limit else {"default_type_id": kind.id},
        }
