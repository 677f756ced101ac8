from odoo import api, fields, models

# Taiwan's consumer protection law, article 43: an answer within fifteen days.
LEGAL_DAYS = {"TW": 15}


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_legal_days = fields.Integer(
        string="Legal Deadline of Complaints (days)",
        compute="_compute_complaint_legal_days",
        store=True,
        readonly=False,
        help="Within how many days the law wants a complaint to be dealt with. Zero: "
        "it does not say.",
    )

    _complaint_legal_days_positive = models.Constraint(
        "CHECK (complaint_legal_days >= 0)",
        "The legal deadline is a number of days, zero or more.",
    )

    @api.depends("country_id")
    def _compute_complaint_legal_days(self):
        for company in self:
            company.complaint_legal_days = (
                company.complaint_legal_days
                or LEGAL_DAYS.get(company.country_id.code, 0)
            )
