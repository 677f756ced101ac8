from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.risk import RiskRule
from ..tools.risk_queries import (
    find_internal,
    find_known,
    find_many,
    find_own_company,
    find_ring,
    find_self,
)


class CrmReferralRiskMixin(models.AbstractModel):
    """Somebody who was named by a referrer, and what asks for a closer look.

    Nothing is refused for it: a person decides. Another addon adds a reason in one
    place, :meth:`_get_risk_rules`. The model brings ``referrer_id``.
    """

    _name = "crm.referral.risk.mixin"
    _description = "Referral That May Need a Closer Look"

    referral_risk_note = fields.Text(
        string="Please Check",
        compute="_compute_referral_risk_note",
        help="What asks for a closer look. It refuses nothing: you decide.",
    )
    has_referral_risk = fields.Boolean(
        string="Needs a Closer Look",
        compute="_compute_referral_risk_note",
        search="_search_has_referral_risk",
    )

    # === COMPUTE METHODS === #

    @api.depends("referrer_id")
    @api.depends_context("lang")
    def _compute_referral_risk_note(self):
        flags = self.filtered("referrer_id")._get_risk_flags()
        for record in self:
            reasons = [flag["reason"] for flag in flags.get(record._origin, ())]
            record.referral_risk_note = "\n".join(reasons) or False
            record.has_referral_risk = bool(reasons)

    @api.model
    def _search_has_referral_risk(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented
        self._flush_risk_subjects()
        subjects = self._get_risk_subjects(SQL("TRUE"))
        queries = [rule.find(subjects) for rule in self._get_risk_rules().values()]
        union = SQL(" UNION ALL ").join(SQL("(%s)", query) for query in queries)
        return Domain("id", "in", SQL("(SELECT found.id FROM (%s) found)", union))

    # === RULES === #

    @api.model
    def _get_risk_rules(self):
        """What asks for a closer look.

        Another addon adds its reason here.

        :return: :class:`RiskRule` by code, the weightiest reason first
        :rtype: dict
        """
        explain = self._explain_risk
        usual = self.env.company.referral_many_names
        return {
            "self": RiskRule(self.env._("Names themselves"), 100, find_self, explain),
            "internal": RiskRule(
                self.env._("Referrer is a colleague"), 100, find_internal, explain
            ),
            "ring": RiskRule(self.env._("Name each other"), 50, find_ring, explain),
            "own_company": RiskRule(
                self.env._("Own company"), 50, find_own_company, explain
            ),
            "known": RiskRule(self.env._("Known before"), 30, find_known, explain),
            "many": RiskRule(
                self.env._("Many in a short time"),
                20,
                partial(find_many, usual=usual),
                lambda detail: self.env._(
                    "The referrer named %(count)s people within a week.", count=detail
                ),
            ),
        }

    @api.model
    def _explain_risk(self, detail):
        """:param str detail: what a rule of ours has found
        :return: it in a sentence
        :rtype: str
        """
        return {
            "self": self.env._("The referrer seems to have named themselves."),
            "internal": self.env._("The referrer is one of our own users."),
            "pair": self.env._(
                "They brought us the referrer before: the two name each other."
            ),
            "ring": self.env._("They brought us the referrer, through others: a ring."),
            "commercial": self.env._("They belong to the referrer's own company."),
            "vat": self.env._("They have the same tax ID as the referrer's company."),
            "domain": self.env._("Their e-mail address is of the referrer's company."),
            "phone": self.env._("They have the same phone number as the referrer."),
            "name": self.env._("Their organization is called like the referrer's."),
            "known": self.env._("We knew them before they were named."),
        }[detail]

    @api.model
    def _get_risk_subjects(self, condition):
        """Who was named by whom, as the rules read it.

        :param SQL condition: on the table of this model, called ``subject``
        :return: a select of ``id``, ``referrer_id``, ``name``, ``email``, ``phone``,
            ``partner_id`` (the contact that they are), ``organization``, ``named_on``,
            ``was_known`` and ``company_id``
        :rtype: SQL
        """
        raise NotImplementedError

    def _flush_risk_subjects(self):
        """What the rules read is in the database."""
        self.env["res.partner"].flush_model()
        self.env["res.users"].flush_model(["share"])
        self.env["res.company"].flush_model(["referral_many_names"])
        self.env["crm.lead"].flush_model()
        self.env["crm.referral.candidate"].flush_model()

    def _get_risk_flags(self):
        """What asks for a closer look at these records, whoever asks.

        It refuses nothing. Reads a fixed number of queries, however many records.

        :return: for each record a list of dicts with ``code``, ``reason`` (a sentence)
            and ``points``; the weightiest reason first
        :rtype: dict
        """
        records = self._origin
        flags = {record: [] for record in records}
        if not records.ids:
            return flags
        self._flush_risk_subjects()
        subjects = self._get_risk_subjects(SQL("subject.id IN %s", records._ids))
        for code, rule in self._get_risk_rules().items():
            for record_id, detail in self.env.execute_query(rule.find(subjects)):
                flags[self.browse(record_id)].append(
                    {
                        "code": code,
                        "reason": rule.explain(detail),
                        "points": rule.points,
                    }
                )
        return flags

    @api.model
    def _get_risk_labels_sql(self, alias):
        """:param str alias: of the table of this model in a query
        :return: the labels of what asks for a closer look, one text; NULL for none
        :rtype: SQL
        """
        subjects = self._get_risk_subjects(
            SQL("subject.id = %s", SQL.identifier(alias, "id"))
        )
        labels = SQL(", ").join(
            SQL(
                "CASE WHEN EXISTS (%s) THEN %s END",
                rule.find(subjects),
                rule.label,
            )
            for rule in self._get_risk_rules().values()
        )
        return SQL("NULLIF(CONCAT_WS(' · ', %s), '')", labels)
