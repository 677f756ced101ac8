from odoo import api, fields, models

from ..models.crm_assessment_framework import VIEWPOINTS


class CrmAssessmentPreview(models.TransientModel):
    """What a framework asks, as those who are asked see it. Nothing is made by it."""

    _name = "crm.assessment.preview"
    _description = "Preview of a Framework"
    _inherit = ["crm.guarded.mixin"]

    framework_id = fields.Many2one(
        comodel_name="crm.assessment.framework",
        required=True,
        ondelete="cascade",
    )
    viewpoint = fields.Selection(
        selection=VIEWPOINTS, required=True, default="customer"
    )
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        required=True,
        default=lambda self: self.env.lang or "en_US",
    )
    body = fields.Html(compute="_compute_body", sanitize=False)

    # === COMPUTE METHODS === #

    @api.depends("framework_id")
    def _compute_display_name(self):
        for preview in self:
            preview.display_name = preview.framework_id.name

    @api.depends("framework_id", "viewpoint", "lang")
    def _compute_body(self):
        for preview in self:
            preview.body = preview.framework_id and self.env["ir.qweb"].with_context(
                lang=preview.lang
            )._render(
                "crm_assessment.assessment_preview",
                {"groups": preview._prepare_groups()},
            )

    # === BUSINESS METHODS === #

    def _prepare_groups(self):
        """:return: the questions in their order, by area, in the language chosen.
        :rtype: list[dict]
        """
        self.ensure_one()
        Form = self.env["crm.assessment.form"].with_context(lang=self.lang)
        content = self.framework_id._prepare_form_content(self.viewpoint)
        say = Form._in_user_language
        areas = {section["id"]: section for section in content["sections"]}
        options = [say(option["name"]) for option in content["options"]]
        groups = {}
        for item in content["items"]:
            area = areas.get(item["section_id"])
            group = groups.setdefault(
                item["section_id"],
                {"name": area and say(area["name"]), "questions": []},
            )
            group["questions"].append(
                {
                    "kind": item["kind"],
                    "name": say(item["name"]),
                    "hint": say(item["hint"]),
                    "options": {
                        "scale": options,
                        "rating": [str(number) for number in range(11)],
                    }.get(item["kind"], []),
                }
            )
        return list(groups.values())
