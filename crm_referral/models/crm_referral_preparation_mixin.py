from odoo import api, fields, models

# From how many on the own requests say something, and until when they help.
ENOUGH_REQUESTS = 5
LAST_STEP_TO_ASK = "introduce"


class CrmReferralPreparationMixin(models.AbstractModel):
    """What a rep prepares before the talk, and takes along to it."""

    _name = "crm.referral.preparation.mixin"
    _description = "Preparation of a Referral Request"
    _inherit = ["crm.guided.conversation"]

    prepared_ids = fields.One2many(
        comodel_name="crm.referral.prepared",
        inverse_name="referral_id",
        string="Prepared Names",
        copy=False,
        help="Whom you want to bring up. For our eyes only: nothing of it is said by "
        "itself, copied or sent.",
    )

    own_figures = fields.Char(
        string="Your Own Figures",
        compute="_compute_own_figures",
        help="What came of the requests you have brought to an end, for whoever "
        "hesitates to ask.",
    )

    # === COMPUTE METHODS === #

    @api.depends("outcome", "step_id", "user_id")
    @api.depends_context("lang", "uid")
    def _compute_own_figures(self):
        last = self._get_steps().filtered(lambda step: step.code == LAST_STEP_TO_ASK)
        asking = self.filtered(
            lambda referral: (
                referral.user_id == self.env.user
                and not referral.outcome
                and referral.step_id.sequence <= last.sequence
            )
        )
        self.own_figures = False
        if asking:
            asking.own_figures = self._get_own_figures()

    # === ACTION METHODS === #

    def action_ask_sheet(self):
        """Take the ask sheet along: as PDF, or as a page where there are no PDFs.

        :return: a report action, or the address of the page
        """
        self.check_access("read")
        Report = self.env["ir.actions.report"]
        if Report.get_wkhtmltopdf_state() != "ok":
            return self.action_ask_sheet_page()
        report = self.env.ref("crm_referral.crm_referral_ask_sheet_report")
        return report.report_action(self, config=False)

    def action_ask_sheet_page(self):
        """Open the ask sheet as a page, which prints well from the browser.

        :return: a window action: the address of the page
        """
        self.check_access("read")
        records = ",".join(map(str, self.ids))
        return {
            "type": "ir.actions.act_url",
            "url": f"/report/html/crm_referral.report_ask_sheet/{records}",
            "target": "new",
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_own_figures(self):
        """:return: how many of the user's ended requests ended well, in a sentence;
        False while there are too few, or where it would not help."""
        counts = dict(
            self.env["crm.referral"]._read_group(
                [("user_id", "=", self.env.uid), ("outcome", "!=", False)],
                ["outcome"],
                ["__count"],
            )
        )
        total, introduced = sum(counts.values()), counts.get("introduced")
        if total < ENOUGH_REQUESTS or not introduced:
            return False
        return self.env._(
            "%(introduced)s of your %(total)s requests ended with an introduction.",
            introduced=introduced,
            total=total,
        )

    # === LIFE CYCLE === #

    def _on_closed(self):
        """Nobody keeps names of third persons that were never brought up."""
        result = super()._on_closed()
        # sudo: also what was prepared before the request changed hands
        self.sudo().prepared_ids.unlink()
        return result
