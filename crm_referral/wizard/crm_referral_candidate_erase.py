from odoo import api, fields, models


class CrmReferralCandidateErase(models.TransientModel):
    """Says what an erasure takes away and what it keeps, before it is done."""

    _name = "crm.referral.candidate.erase"
    _inherit = ["crm.guarded.mixin"]
    _description = "Erase Candidates"

    candidate_ids = fields.Many2many(
        comodel_name="crm.referral.candidate", required=True, readonly=True
    )
    erased_note = fields.Text(compute="_compute_notes")
    kept_note = fields.Text(compute="_compute_notes")

    @api.depends("candidate_ids")
    def _compute_notes(self):
        for wizard in self:
            # sudo: what a colleague's lead keeps is told, not what is in it
            candidates = wizard.candidate_ids.sudo()
            erased = [
                self.env._(
                    "Name, contact data, notes, messages, files, activities and "
                    "meetings of the candidate."
                ),
                self.env._(
                    "The name wherever the request mentions it, also in its messages."
                ),
            ]
            leads = candidates._get_own_leads().filtered(
                lambda lead: lead.won_status != "won"
            )
            if leads:
                erased.append(
                    self.env._(
                        "The lead that was made of the candidate: name, contact data, "
                        "description, messages, files, activities and meetings."
                    )
                )
            if any(lead.won_status == "pending" for lead in leads):
                erased.append(self.env._("The lead is still open: it is closed first."))
            wizard.erased_note = "\n".join(erased)
            kept = [note for c in candidates for note in c._get_kept_notes()]
            wizard.kept_note = "\n".join(
                [
                    self.env._("State, channel and dates, which the figures need."),
                    *dict.fromkeys(kept),
                ]
            )

    def action_erase(self):
        """Erase the candidates.

        :return: an action that closes the window
        """
        self.ensure_one()
        self.candidate_ids.action_erase()
        return {"type": "ir.actions.act_window_close"}
