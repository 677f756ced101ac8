from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import get_lang

from ..crm_referral_sheet_rows import Source


class CrmReferralSheetWords(models.AbstractModel):
    """What customers wrote: a row per answer in their own words, with what was asked
    and how loyal they are.
    """

    _name = "crm.referral.sheet.words"
    _inherit = "crm.referral.sheet.rows"
    _description = "Sheet of a Referral Workbook"

    _rows_model = "crm.assessment.line"

    def _get_title(self):
        return self.env._("Customers' Words")

    def _get_explanation(self):
        return self.env._(
            "What customers wrote in forms that were signed in the period, once "
            "everybody may see them, beside the question as it was asked."
        )

    def _get_query(self, options):
        """The answers with words on the signed forms of customers, once revealed."""
        forms = self.env["crm.assessment"]._search(
            self._scope._get_domain(options, "crm.assessment", "done_on")
            & Domain("viewpoint", "=", "customer")
            & Domain("state", "=", "done")
            & Domain("is_revealed", "=", True)
        )
        return self.env[self._rows_model]._search(
            Domain("assessment_id", "in", forms) & Domain("note", "not in", [False, ""])
        )

    def _get_sources(self):
        wrapped = {"text_wrap": True, "valign": "top"}
        top = {"valign": "top"}
        form = "assessment_id"
        stage = self.env._("Loyalty Stage")
        return [
            Source(form, self.env._("Record"), style=top, linked="crm.assessment"),
            Source(f"{form}.partner_id", self.env._("Customer"), width=28, style=top),
            Source(f"{form}.done_on", self.env._("Answered On"), style=top),
            Source(
                "item_id",
                self.env._("Question"),
                width=38,
                style=wrapped,
                expression=self._get_wording,
                kind="text",
            ),
            Source("note", self.env._("Customer's Words"), width=60, style=wrapped),
            Source(f"{form}.round_id.stage_id", stage, style=top),
            *self._get_owner_sources(f"{form}."),
            # By which the rows are ordered.
            Source(
                "id",
                self.env._("Answer"),
                kind="integer",
                style={"num_format": "0", **top},
            ),
        ]

    def _get_wording(self, alias):
        """:return: the SQL of a question as it was when it was answered, in the user's
        language, also if it was translated later.
        """
        lang = get_lang(self.env).code
        return SQL(
            """(SELECT COALESCE(
                    entry->'name'->>%(lang)s,
                    CASE WHEN item.name->>'en_US' = entry->'name'->>'en_US'
                         THEN item.name->>%(lang)s END,
                    entry->'name'->>'en_US')
                FROM crm_assessment answered
                JOIN crm_assessment_form form ON form.id = answered.form_id
                JOIN crm_assessment_item item ON item.id = %(line)s.item_id,
                LATERAL jsonb_array_elements(form.content->'items') entry
                WHERE answered.id = %(line)s.assessment_id
                AND (entry->>'id')::int = %(line)s.item_id
                LIMIT 1)""",
            lang=lang,
            line=SQL.identifier(alias),
        )
