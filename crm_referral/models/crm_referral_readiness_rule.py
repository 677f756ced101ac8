from odoo import api, fields, models


class CrmReferralReadinessRule(models.Model):
    """How much a manager lets a signal weigh."""

    _name = "crm.referral.readiness.rule"
    _description = "Readiness Rule"
    _order = "sequence, id"
    _rec_name = "code"

    code = fields.Char(required=True, readonly=True)
    name = fields.Char(compute="_compute_name", string="What Counts")
    sequence = fields.Integer(default=10, aggregator=None)
    points = fields.Integer(
        required=True,
        aggregator=None,
        help="For one of it. Negative: it speaks against asking.",
    )
    maximum = fields.Integer(
        string="Counts at Most",
        required=True,
        default=1,
        aggregator=None,
        help="How many of it count.",
    )
    half_life = fields.Integer(
        string="Half after (days)",
        aggregator=None,
        help="After so many days it counts only half. Zero: it never fades.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE (code)", "There is a rule for this already.")
    _maximum_positive = models.Constraint(
        "CHECK (maximum > 0)", "At least one of it counts. Archive the rule instead."
    )
    _half_life_positive = models.Constraint(
        "CHECK (half_life >= 0)", "The half-life is a number of days, zero or more."
    )
    _points_range = models.Constraint(
        "CHECK (points BETWEEN -100 AND 100)", "Points go from -100 to 100."
    )

    # === COMPUTE METHODS === #

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_name(self):
        signals = self.env["res.partner"]._get_readiness_signals()
        for rule in self:
            signal = signals.get(rule.code)
            rule.name = signal.label if signal else rule.code

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = rule.name

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env["crm.referral.readiness.queue"]._add_everybody()
        return rules

    def write(self, vals):
        result = super().write(vals)
        if {"active", "half_life", "maximum", "points"} & vals.keys():
            self.env["crm.referral.readiness.queue"]._add_everybody()
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _add_missing(self):
        """Make a rule of each signal that has none, as it is declared."""
        # sudo: whoever opens the list only sees what is declared
        self_sudo = self.sudo().with_context(active_test=False)
        signals = self.env["res.partner"]._get_readiness_signals()
        known = self_sudo.search([("code", "in", list(signals))]).mapped("code")
        self_sudo.create(
            [
                {
                    "code": code,
                    "sequence": sequence,
                    "points": signal.points,
                    "maximum": signal.maximum,
                    "half_life": signal.half_life,
                }
                for sequence, (code, signal) in enumerate(signals.items(), start=1)
                if code not in known
            ]
        )

    @api.model
    def _get_weights(self, signals):
        """:param dict signals: what is declared
        :return: points, maximum and half-life of what counts, by code
        :rtype: dict
        """
        # sudo: rules weigh for everybody
        rules = (
            self.sudo()
            .with_context(active_test=False)
            .search([("code", "in", list(signals))])
        )
        by_code = {rule.code: rule for rule in rules}
        return {
            code: {
                "points": weight.points,
                "maximum": weight.maximum,
                "half_life": weight.half_life,
            }
            for code, signal in signals.items()
            if (weight := by_code.get(code, signal)) is signal or weight.active
        }
