from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    referral_quiet_days = fields.Integer(
        string="Quiet Period (days)",
        default=90,
        help="After a referral request the same customer is not asked again for this "
        "many days.",
    )
    referral_retention_days = fields.Integer(
        string="Keep Candidates (days)",
        default=180,
        help="The personal data of candidates that led nowhere is erased after this "
        "many days. Zero keeps it.",
    )
    referral_ask_limit = fields.Integer(
        string="Customers on a List",
        default=5,
        help="A salesperson sees at most this many customers to ask at a time.",
    )
    referral_ask_weekly = fields.Boolean(
        string="Plan the List Each Week",
        help="Each week the customers on the lists become activities.",
    )
    referral_news_introduced = fields.Boolean(
        string="Thank for Introductions",
        default=True,
        help="The referrer is thanked when they have introduced somebody.",
    )
    referral_news_contacted = fields.Boolean(
        string="Tell of the First Contact",
        default=True,
        help="The referrer hears when we have talked to the person they introduced.",
    )
    referral_news_outcome = fields.Boolean(
        string="Tell What Came of It",
        default=True,
        help="The referrer hears what came of the introduction, never of amounts.",
    )
    referral_news_auto = fields.Boolean(
        string="Send Them without a Look",
        help="News for referrers who have an e-mail address is sent by itself. "
        "Otherwise the salesperson sees each mail before it goes.",
    )

    referral_many_names = fields.Integer(
        string="Names in a Week",
        default=10,
        help="Who names more people than this within seven days is marked for a "
        "closer look. Zero never marks it.",
    )

    _referral_ask_limit_positive = models.Constraint(
        "CHECK (referral_ask_limit > 0)",
        "A list has at least one customer.",
    )
    _referral_quiet_days_positive = models.Constraint(
        "CHECK (referral_quiet_days >= 0)",
        "The quiet period is a number of days, zero or more.",
    )
    _referral_retention_days_positive = models.Constraint(
        "CHECK (referral_retention_days >= 0)",
        "The retention period is a number of days, zero or more.",
    )
    _referral_many_names_positive = models.Constraint(
        "CHECK (referral_many_names >= 0)",
        "The names in a week are a number, zero or more.",
    )
