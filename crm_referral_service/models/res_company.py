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
    callback_max_tries = fields.Integer(
        string="Tries to Call Back",
        default=3,
        help="After how many tries in vain a promise to call is kept.",
    )
    unknown_caller_months = fields.Integer(
        string="Keep Unknown Callers (months)",
        default=12,
        help="After so many months the names, numbers and addresses of callers who are "
        "no customers are taken out of the log. Zero: they are kept.",
    )
    service_contact_cost = fields.Monetary(
        string="Cost of a Contact",
        help="What one contact of a customer costs on average. Early notices say with "
        "it what they have saved.",
    )

    _callback_max_tries_positive = models.Constraint(
        "CHECK (callback_max_tries > 0)",
        "A promise to call back needs at least one try.",
    )
    _unknown_caller_months_positive = models.Constraint(
        "CHECK (unknown_caller_months BETWEEN 0 AND 1200)",
        "The months are zero or more, at most 1200.",
    )
    _complaint_legal_days_positive = models.Constraint(
        "CHECK (complaint_legal_days BETWEEN 0 AND 3660)",
        "The legal deadline is a number of days, zero or more, at most 3660.",
    )
    _service_contact_cost_positive = models.Constraint(
        "CHECK (service_contact_cost >= 0)", "A contact costs nothing, or something."
    )

    @api.depends("country_id")
    def _compute_complaint_legal_days(self):
        for company in self:
            company.complaint_legal_days = (
                company.complaint_legal_days
                or LEGAL_DAYS.get(company.country_id.code, 0)
            )
