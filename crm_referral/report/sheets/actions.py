from dataclasses import replace

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, Query
from odoo.tools.misc import get_lang

from odoo.addons.xlsx_stream.tools.workbook import Column

from ...tools.workbook_look import FOOTER


class CrmReferralSheetActions(models.AbstractModel):
    """What is due: activities on requests and candidates, improvement actions."""

    _name = "crm.referral.sheet.actions"
    _inherit = "crm.referral.sheet.rows"
    _description = "Sheet of a Referral Workbook"

    def _get_title(self):
        return self.env._("Actions Due")

    def _get_explanation(self):
        return self.env._(
            "Open activities on requests and their candidates, and open improvement "
            "actions, that are due until the end of the period."
        )

    def _get_query(self, options):
        """What is due until the end of the period."""
        # One after the other: with OR, PostgreSQL would look up each activity in lists
        # that it does not hash when they are long.
        parts = SQL(" UNION ALL ").join(self._select_parts(options))
        return Query(self.env, "due", SQL("(%s)", parts))

    def _add(self, job):
        """A row per activity and improvement action that is due."""
        columns = self._get_columns(job.look)
        terms = [SQL.identifier("due", name) for name in columns]
        query = self._get_query(job.options).select(*terms)
        title = self._get_title()
        spec = replace(
            self._prepare_spec(job, title, list(columns.values()), query),
            order_by=SQL("deadline, link"),
            empty_text=self.env._("Nothing is due."),
            footer=FOOTER,
        )
        job.sheets[title] = job.book.add_sheet(spec)

    def _get_columns(self, look):
        """:return: the columns, by the name that each part gives its values.
        :rtype: dict[str, Column]
        """
        link = {
            "link": f"{self.get_base_url()}/odoo/{{}}",
            "style": {"align": "left"},
        }
        day = self._get_style(look, "date")
        return {
            "link": Column(self.env._("Record"), "link", **link),
            "deadline": Column(self.env._("Due On"), "date", style=day),
            "kind": Column(self.env._("Type")),
            "name": Column(self.env._("What to Do"), width=40),
            "owner": Column(self.env._("Assigned To")),
            "customer": Column(self.env._("Customer"), width=32),
            "candidate": Column(self.env._("Candidate")),
        }

    # === WHAT IS DUE === #

    @api.model
    def _select_parts(self, options):
        """:return: a query for each kind of thing that is due, with the same columns;
        an addon adds its own
        :rtype: list[SQL]
        """
        domain = self._scope._get_domain({**options, "date_from": None})
        referrals = self.env["crm.referral"]._search(domain)
        candidates = self.env["crm.referral.candidate"]._search(
            Domain("referral_id", "in", referrals)
        )
        return [
            self._select_activities(options, "crm.referral", referrals),
            self._select_activities(options, "crm.referral.candidate", candidates),
            self._select_improvements(options),
        ]

    def _get_due_domain(self, options, fname):
        """:return: domain of the days until the end of the period."""
        if options["date_to"] and options["selection"] is None:
            return Domain(fname, "<=", options["date_to"])
        return Domain.TRUE

    def _select_activities(self, options, model, records) -> SQL:
        """Activities of the requests, or of the candidates, that the user may see."""
        # sudo: whoever may see the request may see what is due on it; the domain holds
        # only requests and candidates that the rules leave
        Activity = self.env["mail.activity"].sudo()
        query = Activity._search(
            self._get_due_domain(options, "date_deadline")
            & Domain("res_model", "=", model)
            & Domain("res_id", "in", records)
        )
        referral = SQL.identifier(query.table, "res_id")
        candidate = SQL("NULL")
        if model == "crm.referral.candidate":
            condition = SQL("candidate.id = %s", referral)
            query.add_join("JOIN", "candidate", "crm_referral_candidate", condition)
            referral = SQL("candidate.referral_id")
            candidate = SQL("COALESCE(candidate.name, candidate.function)")
        condition = SQL("referral.id = %s", referral)
        query.add_join("JOIN", "referral", "crm_referral", condition)
        condition = SQL("customer.id = referral.partner_id")
        query.add_join("JOIN", "customer", "res_partner", condition)
        return query.select(
            SQL("'crm.referral/' || referral.id AS link"),
            *self._select_due(
                Activity,
                query,
                "date_deadline",
                "activity_type_id",
                self._translate_summary(Activity, query, candidate),
            ),
            SQL("customer.complete_name AS customer"),
            SQL("%s AS candidate", candidate),
        )

    def _select_improvements(self, options) -> SQL:
        """Open improvement actions that the user may see."""
        Action = self.env["crm.assessment.action"]
        domain = (
            Domain("state", "=", "open")
            & Domain("company_id", "in", options["company_ids"])
            & self._get_due_domain(options, "deadline")
        )
        if options["team_ids"]:
            # Who may see the action may not see the form that it is of.
            of_team = Domain("team_id", "in", options["team_ids"])
            domain &= Domain("round_id", "any!", of_team) | Domain(
                "assessment_id", "any!", of_team
            )
        if options["salesperson_ids"]:
            domain &= Domain("user_id", "in", options["salesperson_ids"])
        if options["selection"] is not None:
            domain &= self._scope._get_customer_domain(options, Action._name)
        query = Action._search(domain)
        customer, _field = self._follow(Action, query, "partner_id")
        return query.select(
            SQL("'crm.assessment.action/' || %s", SQL.identifier(query.table, "id")),
            *self._select_due(Action, query, "deadline", "kind", "name"),
            customer,
            SQL("NULL"),
        )

    def _select_due(self, model, query, *paths):
        """:return: the SQL of when, what kind of thing, what, and who."""
        names = ("deadline", "kind", "name", "owner")
        terms = (
            path if isinstance(path, SQL) else self._follow(model, query, path)[0]
            for path in (*paths, "user_id")
        )
        return [
            SQL("%s AS %s", term, SQL.identifier(name))
            for name, term in zip(names, terms, strict=True)
        ]

    # === IN THE READER'S LANGUAGE === #

    def _translate_summary(self, model, query, candidate) -> SQL:
        """:return: the SQL of what there is to do. What the program wrote, in the
        language of whoever was at work, is said in the reader's; the words of people
        stay as they are.
        """
        summary = model._field_to_sql(query.table, "summary", query)
        usual, _field = self._follow(model, query, "activity_type_id.summary")
        condition = SQL("step.id = referral.step_id")
        query.add_join("LEFT JOIN", "step", "crm_referral_step", condition)
        cases = [
            SQL(
                """WHEN EXISTS (SELECT 1 FROM jsonb_each_text(step.name) AS known
                WHERE known.value = %s) THEN COALESCE(step.name->>%s, %s)""",
                summary,
                get_lang(self.env).code,
                summary,
            )
        ]
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        known = [self.with_context(lang=code)._get_reminders() for code in languages]
        for template, *variants in zip(self._get_reminders(), *known, strict=True):
            said = SQL(
                "replace(replace(%s, %s, customer.complete_name), %s, %s)",
                *(template, "%(referrer)s", "%(candidate)s"),
                SQL("COALESCE(%s, '')", candidate),
            )
            patterns = list(map(self._to_pattern, variants))
            cases.append(SQL("WHEN %s LIKE ANY(%s) THEN %s", summary, patterns, said))
        return SQL(
            "CASE WHEN COALESCE(%s, '') = '' THEN %s %s ELSE %s END",
            summary,
            usual,
            SQL(" ").join(cases),
            summary,
        )

    def _get_reminders(self):
        """:return: what the program writes on activities of candidates, as there.
        :rtype: list[str]
        """
        return [
            self.env._("Tell %(referrer)s that you have talked to %(candidate)s"),
            self.env._(
                "Won! Tell and thank %(referrer)s for introducing %(candidate)s"
            ),
            self.env._("Tell %(referrer)s what came of introducing %(candidate)s"),
        ]

    @api.model
    def _to_pattern(self, template):
        """:return: what LIKE finds a text by that was made of a template.
        :rtype: str
        """
        for character in ("\\", "_"):
            template = template.replace(character, f"\\{character}")
        for name in ("%(referrer)s", "%(candidate)s"):
            template = template.replace(name, "%")
        return template
