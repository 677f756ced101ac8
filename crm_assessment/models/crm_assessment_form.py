from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import assessment_scoring as scoring
from .crm_assessment_framework import VIEWPOINTS

ENTRY_MODELS = {
    "options": "crm.assessment.option",
    "sections": "crm.assessment.section",
    "items": "crm.assessment.item",
}


class CrmAssessmentForm(models.Model):
    """A framework as it was when assessments were made with it; it never changes.

    Assessments share one while the framework stays the same. It keeps wordings in all
    languages, weights, values of the answers and the rules of scoring.
    """

    _name = "crm.assessment.form"
    _description = "Frozen Assessment Form"
    _order = "id desc"

    framework_id = fields.Many2one(
        comodel_name="crm.assessment.framework",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    viewpoint = fields.Selection(selection=VIEWPOINTS, readonly=True)
    digest = fields.Char(required=True, index=True, readonly=True)
    content = fields.Json(required=True, readonly=True)

    # === COMPUTE METHODS === #

    @api.depends("framework_id")
    def _compute_display_name(self):
        for form in self:
            form.display_name = self.env._(
                "%(framework)s, form %(number)s",
                framework=form.framework_id.name,
                number=form.id,
            )

    # === CRUD METHODS === #

    def write(self, vals):
        """:raise UserError: when anything changes: old results rest on it"""
        if vals:
            raise UserError(
                self.env._("A form with which assessments were made cannot be changed.")
            )
        return super().write(vals)

    # === BUSINESS METHODS === #

    def _get_scoring_form(self):
        """:return: the form as the scoring knows it.
        :rtype: scoring.Form
        """
        self.ensure_one()
        content = self.content
        framework = content["framework"]
        return scoring.Form(
            sections=[
                scoring.Section(section["id"], section["weight"])
                for section in content["sections"]
            ],
            items=[
                scoring.Item(
                    item["id"],
                    item["section_id"],
                    item["weight"],
                    item["is_reversed"],
                    item["must_pass"],
                )
                for item in content["items"]
                if item["kind"] == "scale"
            ],
            **{
                key: framework[key]
                for key in (
                    "minimum_answers",
                    "minimum_sections",
                    "fair_from",
                    "strong_from",
                    "pass_from",
                )
            },
        )

    def _get_option_values(self):
        """:return: the value of each option's id, None for “not applicable”.
        :rtype: dict
        """
        self.ensure_one()
        return {option["id"]: option["value"] for option in self.content["options"]}

    def _get_answerable_items(self):
        """:return: ids of the items that are answered by a choice.
        :rtype: list[int]
        """
        self.ensure_one()
        return [item["id"] for item in self.content["items"] if item["kind"] != "text"]

    def _get_failed_answers(self):
        """The answers that need a cause: the worst ones, if the framework asks for it.

        :return: pairs of the ids of item and option
        :rtype: set[tuple[int, int]]
        """
        self.ensure_one()
        if not self.content["framework"].get("asks_cause"):
            return set()
        return self._get_worst_answers()

    def _get_worst_answers(self):
        """The answers at the worst end of the scale.

        :return: pairs of the ids of item and option
        :rtype: set[tuple[int, int]]
        """
        self.ensure_one()
        return {
            (item["id"], option["id"])
            for item in self.content["items"]
            for option in self.content["options"]
            if item["kind"] == "scale"
            and option["value"] == (1 if item["is_reversed"] else 0)
        }

    def _get_entries(self, kind):
        """:param str kind: ``options``, ``sections`` or ``items``
        :return: these parts of the form by id, with their texts in the user's language.
        :rtype: dict
        """
        self.ensure_one()
        later = self._get_later_translations(kind)
        entries = {}
        for entry in self.content[kind]:
            texts = {}
            for fname in ("name", "hint"):
                then = entry.get(fname) or {}
                now = later.get(fname, {}).get(entry["id"]) or {}
                # What has been reworded since is another question.
                same = now.get("en_US") == then.get("en_US")
                texts[fname] = self._in_user_language({**now, **then} if same else then)
            entries[entry["id"]] = {**entry, **texts}
        return entries

    def _get_later_translations(self, kind):
        """Texts of today, if the form was made before they were in the user's language.

        :param str kind: ``options``, ``sections`` or ``items``
        :return: for each field the texts by record and language
        :rtype: dict
        """
        lang = self.env.lang or "en_US"
        missing = [
            entry["id"]
            for entry in self.content[kind]
            if lang not in (entry["name"] or {})
        ]
        if not missing:
            return {}
        # sudo: whoever may read the form may read its wording
        records_sudo = self.env[ENTRY_MODELS[kind]].sudo().browse(missing)
        return {
            fname: records_sudo._get_all_translations(fname)
            for fname in ("name", "hint")
            if fname in records_sudo._fields
        }

    @api.model
    def _in_user_language(self, texts):
        """:param dict texts: a text by language
        :return: the text in the user's language, else in English
        :rtype: str
        """
        if not texts:
            return ""
        lang = self.env.lang or "en_US"
        return texts.get(lang) or texts.get("en_US") or next(iter(texts.values()))
