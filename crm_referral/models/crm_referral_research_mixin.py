from odoo import api, fields, models
from odoo.tools import format_list


class CrmReferralResearchMixin(models.AbstractModel):
    """Somebody to read up on before the first contact: asked for, never a gate."""

    _name = "crm.referral.research.mixin"
    _description = "Research before the First Contact"

    research_person = fields.Text(help="Who this is, and what matters to them.")
    research_organization = fields.Text(help="What their organization does and needs.")
    research_industry = fields.Text(help="What moves their industry at present.")
    value_proposition = fields.Text(
        string="Value We Can Bring", help="What we could make better for them."
    )
    missing_research = fields.Char(
        compute="_compute_missing_research",
        help="What to look up before the first contact.",
    )
    is_unresearched = fields.Boolean(
        compute="_compute_missing_research",
        export_string_translation=False,
        help="Nothing at all was looked up yet.",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "research_person",
        "research_organization",
        "research_industry",
        "value_proposition",
    )
    @api.depends_context("lang")
    def _compute_missing_research(self):
        labels = {
            "research_person": self.env._("the person"),
            "research_organization": self.env._("their organization"),
            "research_industry": self.env._("their industry"),
            "value_proposition": self.env._("what we can bring them"),
        }
        for candidate in self:
            missing = [
                label
                for fname, label in labels.items()
                if not (candidate[fname] or "").strip()
            ]
            candidate.missing_research = format_list(self.env, missing)
            candidate.is_unresearched = len(missing) == len(labels)
