from collections import Counter, defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date, formatLang

from odoo.addons.crm_foundation.tools.local_time import day_start, today

# What is looked back at: whole weeks, as weekends are different.
WEEKS = timedelta(days=28)
# For so long after it was done the council hears whether a decision has worked.
JUDGED = timedelta(days=42)
# What people have typed, which may name a customer.
TYPED = ("crm.assessment.action", "crm.complaint", "crm.service.handover")
# More than this nobody talks about in half an hour.
MAX_ROWS = 5


class CrmServiceCouncilAgendaMixin(models.AbstractModel):
    """An agenda that fills itself from what has happened.

    It is kept as figures and records, and read in the language of the reader. No
    customer and no agent is named in it: people of other departments are there, too.
    """

    _name = "crm.service.council.agenda.mixin"
    _description = "Agenda of the Council"

    agenda_frozen = fields.Json(
        readonly=True,
        copy=False,
        groups="crm_referral_service.group_service_manager",
        help="The agenda as it was when the meeting ended.",
    )
    agenda = fields.Json(compute="_compute_agenda")
    agenda_html = fields.Html(
        string="Agenda in Words", compute="_compute_agenda", sanitize=False
    )

    # === COMPUTE METHODS === #

    @api.depends("agenda_frozen", "state", "date", "team_id", "company_id")
    @api.depends_context("lang", "uid")
    def _compute_agenda(self):
        for council in self:
            agenda = (
                # sudo: what its reader may not know is taken out below
                council.sudo().agenda_frozen
                if council.state == "closed"
                else council._find_agenda()
            )
            council.agenda = council._hide_words(agenda or {})
            council.agenda_html = council._render_agenda(council.agenda or {})

    # === BUSINESS METHODS === #

    def _get_agenda_titles(self):
        """What the council looks at, in this order; an addon adds its own.

        Each code has a method ``_find_<code>``, which returns rows that can be kept as
        JSON (``model`` and ``id`` of the record that it opens, ``label``, figures), and
        a method ``_describe_<code>`` that says a row in the language of the reader.

        :return: titles by code
        :rtype: dict[str, str]
        """
        return {
            "decided": self.env._("What we decided, and whether it works"),
            "costly": self.env._("What customers turn to us for most, and whose it is"),
            "growth": self.env._("What customers turn to us for more often"),
            "misses": self.env._("Why It Was Not Solved the First Time"),
            "systemic": self.env._("Will happen again, and nothing is decided"),
            "late": self.env._("Actions that are late"),
            "posts": self.env._("Where nobody listens"),
            "handovers": self.env._("Questions to colleagues without an answer"),
            "gaps": self.env._("Hours that we promised, and nobody is there"),
            "notices": self.env._("Early notices that can be judged now"),
        }

    def _find_agenda(self):
        """:return: the rows of each part of the agenda, as it is now
        :rtype: dict[str, list[dict]]
        """
        self.ensure_one()
        # sudo: who is invited sees the figures and no customer; what a row opens is
        # for who may read it
        council = self.sudo()
        if not (council.date and council.team_id and council.company_id):
            return {}
        return {
            code: getattr(council, f"_find_{code}")()
            for code in council._get_agenda_titles()
        }

    def _hide_words(self, agenda):
        """Who may not read a record sees what kind of record it is, and no name.

        :return: the agenda for its reader
        """
        readable = {}
        for model in TYPED:
            ids = {
                row["id"]
                for rows in agenda.values()
                for row in rows
                if row["model"] == model
            }
            readable[model] = set(
                self.env[model].browse(ids).exists()._filtered_access("read").ids
            )
        return {
            code: [
                row
                if row["id"] in readable.get(row["model"], (row["id"],))
                else {**row, "id": False, "label": False}
                for row in rows
            ]
            for code, rows in agenda.items()
        }

    def _render_agenda(self, agenda):
        """:return: the agenda in the language of the reader, with links"""
        self.ensure_one()
        parts = []
        for code, title in self._get_agenda_titles().items():
            describe = getattr(self, f"_describe_{code}")
            rows = [
                (
                    row["id"] and f"/odoo/{row['model']}/{row['id']}",
                    describe({**row, "label": row["label"] or self._get_kind(row)}),
                )
                for row in agenda.get(code, ())
            ]
            if rows:
                parts.append((title, rows))
        return self.env["ir.qweb"]._render(
            "crm_referral_service.council_agenda", {"parts": parts}
        )

    def _get_look_back(self):
        """:return: three moments: four weeks and four weeks before, until today
        :rtype: tuple
        """
        last = today(self.env, self.company_id)
        return tuple(
            day_start(day, self.company_id)
            for day in (last - 2 * WEEKS, last - WEEKS, last)
        )

    @api.model
    def _get_kind(self, row):
        return self.env["ir.model"]._get(row["model"]).sudo().name  # sudo: no secret

    @api.model
    def _make_row(self, record, **figures):
        return {
            "model": record._name,
            "id": record.id,
            "label": record.display_name,
            **figures,
        }

    # === WHAT THERE IS TO TALK ABOUT, in sudo mode === #

    def _find_decided(self):
        """Decisions of the last meeting, and older ones that can be judged now: what
        was decided a week ago has seldom been done for as long.
        """
        Action = self.env["crm.assessment.action"]
        last = self.search(
            [
                ("team_id", "=", self.team_id.id),
                ("state", "=", "closed"),
                ("date", "<", self.date),
            ],
            limit=1,
        )
        judged = Action.search(
            Domain("council_id.team_id", "=", self.team_id.id)
            & Domain("council_id", "not in", (last.id, self.id))
            & Domain("effect_days", ">", 0)
            & Domain("done_on", ">=", self.date - JUDGED),
            order="done_on desc, id desc",
            limit=MAX_ROWS,
        )
        return [self._make_action_row(action) for action in last.action_ids + judged]

    def _find_costly(self):
        """The reasons with the most contacts in four weeks, and who owns them."""
        _start, middle, stop = self._get_look_back()
        groups = self.env["crm.service.contact"]._read_group(
            Domain("company_id", "=", self.company_id.id)
            & Domain("direction", "=", "in")
            & Domain("contacted_on", ">=", middle)
            & Domain("contacted_on", "<", stop)
            & Domain("reason_id", "!=", False),
            ["reason_id", "is_repeat"],
            ["__count"],
        )
        counts = {}
        for reason, is_repeat, count in groups:
            total, repeats = counts.get(reason, (0, 0))
            counts[reason] = (total + count, repeats + count * bool(is_repeat))
        most = sorted(counts, key=lambda reason: (-counts[reason][0], reason.id))
        return [
            self._make_row(
                reason,
                now=counts[reason][0],
                repeats=counts[reason][1],
                owner=reason.owner_id.name,
            )
            for reason in most[:MAX_ROWS]
        ]

    def _find_growth(self):
        """Reasons with more contacts in the last four weeks than in those before; of
        as many orders, where the team compares contacts with orders.
        """
        start, middle, stop = self._get_look_back()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT reason_id,
                       count(*) FILTER (WHERE contacted_on < %(middle)s),
                       count(*) FILTER (WHERE contacted_on >= %(middle)s)
                  FROM crm_service_contact
                 WHERE company_id = %(company)s AND active AND direction = 'in'
                   AND contacted_on >= %(start)s AND contacted_on < %(stop)s
                   AND reason_id IS NOT NULL
              GROUP BY reason_id
                """,
                company=self.company_id.id,
                start=start,
                middle=middle,
                stop=stop,
            )
        )
        bases = self._count_bases(start, middle, stop)
        growing = [
            (now / bases["now"] - before / bases["before"], -reason, before, now)
            for reason, before, now in rows
            if now * bases["before"] > before * bases["now"]
        ]
        Reason = self.env["crm.service.reason"]
        return [
            self._make_row(Reason.browse(-reason), before=before, now=now, bases=bases)
            for _more, reason, before, now in sorted(growing, reverse=True)[:MAX_ROWS]
        ]

    def _count_bases(self, start, middle, stop):
        """:return: what the team compares contacts with, before and now; one each,
            and no code, where it compares them with nothing, or there was nothing
        :rtype: dict
        """
        code = self.team_id.contact_denominator
        counts = self.env["crm.service.denominator"]._count(
            code,
            {0: (self.company_id, start, middle), 1: (self.company_id, middle, stop)},
        )
        if not (counts.get(0) and counts.get(1)):
            return {"code": False, "before": 1, "now": 1}
        return {"code": code, "before": counts[0], "now": counts[1]}

    def _find_misses(self):
        """Why contacts had to come back, in the last four weeks, the most first; and in
        which areas the cause lies where it is ours.
        """
        _start, middle, stop = self._get_look_back()
        groups = self.env["crm.service.contact"]._read_group(
            Domain("company_id", "=", self.company_id.id)
            & Domain("contacted_on", ">=", middle)
            & Domain("contacted_on", "<", stop)
            & Domain("miss_id", "!=", False),
            ["miss_id", "miss_section_id"],
            ["__count"],
            order="__count desc, miss_id, miss_section_id",
        )
        counts = Counter()
        areas = defaultdict(list)
        for miss, section, count in groups:
            counts[miss] += count
            if section:
                areas[miss].append([section.name, count])
        return [
            self._make_row(miss, now=now, total=counts.total(), areas=areas[miss])
            for miss, now in counts.most_common(MAX_ROWS)
        ]

    def _find_systemic(self):
        """Complaints whose cause stays, as long as nothing is decided about it."""
        complaints = self.env["crm.complaint"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("scope", "=", "systemic"),
                ("action_id", "=", False),
                ("is_confidential", "=", False),
            ],
            limit=MAX_ROWS,
        )
        return [
            {
                **self._make_row(complaint),
                "label": complaint.name,
                "reason": complaint.reason_id.display_name,
            }
            for complaint in complaints
        ]

    def _find_late(self):
        actions = self.env["crm.assessment.action"].search(
            self._get_action_domain()
            & Domain("state", "=", "open")
            & Domain("kind", "!=", "acceptance")
            & Domain("deadline", "<", today(self.env, self.company_id)),
            order="priority desc, deadline",
            limit=MAX_ROWS,
        )
        return [self._make_action_row(action) for action in actions]

    def _get_action_domain(self):
        """:return: domain of the actions that are the council's business"""
        return Domain("company_id", "=", self.company_id.id) & (
            Domain("reason_id", "!=", False)
            | Domain("complaint_id", "!=", False)
            | Domain("council_id", "!=", False)
        )

    def _find_posts(self):
        posts = self.env["crm.service.post"].search(
            [("company_id", "=", self.company_id.id), ("is_neglected", "=", True)],
            limit=MAX_ROWS,
        )
        return [self._make_row(post) for post in posts]

    def _find_handovers(self):
        handovers = self.env["crm.service.handover"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "asked"),
                ("deadline", "<", today(self.env, self.company_id)),
            ],
            limit=MAX_ROWS,
        )
        return [
            self._make_row(handover, due=fields.Date.to_string(handover.deadline))
            for handover in handovers
        ]

    def _find_gaps(self):
        gaps = self.env["crm.service.duty.gap"].search(
            [("team_id", "=", self.team_id.id)], limit=MAX_ROWS
        )
        return [
            self._make_row(
                gap, due=fields.Datetime.to_string(gap.start), hours=gap.hours
            )
            for gap in gaps
        ]

    def _find_notices(self):
        notices = self.env["crm.service.notice"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("verdict", "!=", False),
                ("measure_on", ">=", today(self.env, self.company_id) - WEEKS),
            ],
            limit=MAX_ROWS,
        )
        return [self._make_row(notice, verdict=notice.verdict) for notice in notices]

    @api.model
    def _make_action_row(self, action):
        return self._make_row(
            action,
            state=action.state,
            due=fields.Date.to_string(action.deadline),
            before=action.contacts_before,
            now=action.contacts_after,
            verdict=action.effect_verdict,
            told=action.news_count,
        )

    # === IN WORDS === #

    @api.model
    def _describe_label(self, row):
        reason = row.get("reason")
        return f"{row['label']} · {reason}" if reason else row["label"]

    _describe_systemic = _describe_posts = _describe_label

    @api.model
    def _describe_costly(self, row):
        if row["owner"]:
            return self.env._(
                "%(reason)s: %(now)s in four weeks, %(repeats)s of them had come "
                "before (%(owner)s)",
                reason=row["label"],
                now=row["now"],
                repeats=row["repeats"],
                owner=row["owner"],
            )
        return self.env._(
            "%(reason)s: %(now)s in four weeks, %(repeats)s of them had come before "
            "(nobody owns it)",
            reason=row["label"],
            now=row["now"],
            repeats=row["repeats"],
        )

    @api.model
    def _describe_growth(self, row):
        bases = row["bases"]
        known = dict(self.env["crm.service.denominator"]._get_selection())
        if bases["code"] in known:
            return self.env._(
                "%(reason)s: %(now)s per 100 %(what)s in four weeks, %(before)s in the "
                "four weeks before",
                reason=row["label"],
                what=known[bases["code"]],
                now=formatLang(self.env, 100 * row["now"] / bases["now"], digits=1),
                before=formatLang(
                    self.env, 100 * row["before"] / bases["before"], digits=1
                ),
            )
        return self.env._(
            "%(reason)s: %(now)s in four weeks, %(before)s in the four weeks before",
            reason=row["label"],
            now=row["now"],
            before=row["before"],
        )

    @api.model
    def _describe_misses(self, row):
        told = self.env._(
            "%(reason)s: %(now)s of %(total)s in four weeks",
            reason=row["label"],
            now=row["now"],
            total=row["total"],
        )
        return " · ".join([told, *(f"{area} {count}" for area, count in row["areas"])])

    @api.model
    def _describe_handovers(self, row):
        return self.env._(
            "%(what)s (until %(day)s)",
            what=row["label"],
            day=format_date(self.env, row["due"]),
        )

    @api.model
    def _describe_gaps(self, row):
        moment = fields.Datetime.context_timestamp(
            self, fields.Datetime.to_datetime(row["due"])
        )
        return self.env._(
            "%(team)s: %(hours)s hours from %(moment)s on",
            team=row["label"],
            hours=f"{row['hours']:g}",
            moment=f"{format_date(self.env, moment.date())} {moment:%H:%M}",
        )

    @api.model
    def _describe_notices(self, row):
        verdict = self.env["crm.service.notice"]._fields["verdict"]
        return self.env._(
            "%(notice)s: %(verdict)s",
            notice=row["label"],
            verdict=dict(verdict._description_selection(self.env))[row["verdict"]],
        )

    @api.model
    def _describe_decided(self, row):
        """What became of it, and how many customers who told us have heard of it."""
        became = self._describe_action(row)
        if not row["told"]:
            return became
        return self.env._(
            "%(action)s. Customers who told us and have heard: %(told)s",
            action=became,
            told=row["told"],
        )

    @api.model
    def _describe_action(self, row):
        Action = self.env["crm.assessment.action"]
        states = dict(Action._fields["state"]._description_selection(self.env))
        verdicts = dict(
            Action._fields["effect_verdict"]._description_selection(self.env)
        )
        if row.get("verdict"):
            return self.env._(
                "%(action)s: %(state)s. %(before)s contacts before, %(now)s after: "
                "%(verdict)s",
                action=row["label"],
                state=states[row["state"]],
                before=row["before"],
                now=row["now"],
                verdict=verdicts[row["verdict"]],
            )
        return self.env._(
            "%(action)s: %(state)s, until %(day)s",
            action=row["label"],
            state=states[row["state"]],
            day=format_date(self.env, row["due"]),
        )

    _describe_late = _describe_action
