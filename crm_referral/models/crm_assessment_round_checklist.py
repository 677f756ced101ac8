from odoo import api, fields, models


class CrmAssessmentRound(models.Model):
    """A checklist is about an interaction, and tied to it."""

    _name = "crm.assessment.round"
    _inherit = ["crm.assessment.round"]

    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Lead or Opportunity",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
    )
    referral_id = fields.Many2one(
        comodel_name="crm.referral",
        string="Referral Request",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
    )
    candidate_id = fields.Many2one(
        comodel_name="crm.referral.candidate",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
    )

    # === ACTION METHODS === #

    def action_coach(self):
        """Plan a coaching for the agent.

        :return: a window action
        """
        self.ensure_one()
        letters = self._get_letters()
        weakest = sorted(
            (section for section in letters if letters[section]["score"] is not False),
            key=lambda section: letters[section]["score"],
        )
        return {
            "name": self.env._("Coaching"),
            "type": "ir.actions.act_window",
            "res_model": "crm.assessment.action",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_round_id": self.id,
                "default_kind": "coaching",
                "default_section_id": weakest[0].id if weakest else False,
            },
        }

    # === BUSINESS METHODS === #

    @api.model
    def start_checklist(self, record):
        """Start a BE SURE checklist about an interaction, or go on with the open one.

        :param record: a res.partner, crm.lead, crm.referral or crm.referral.candidate
        :return: a window action: the checklist, or the round for others than who answer
        """
        record.ensure_one()
        framework = self.env.ref("crm_referral.crm_assessment_framework_be_sure")
        values = {
            "framework_id": framework.id,
            "company_id": record.company_id.id or self.env.company.id,
            "user_id": record.user_id.id or self.env.uid,
            **self._prepare_interaction_values(record),
        }
        round_ = self.search(
            [
                ("state", "=", "open"),
                *((fname, "=", value) for fname, value in values.items()),
            ],
            limit=1,
        ) or self.create(values)
        return round_._open_checklist()

    @api.model
    def _prepare_interaction_values(self, record):
        """:return: values that tie a checklist to an interaction.
        :rtype: dict
        """
        if record._name == "crm.lead":
            return {"lead_id": record.id, "partner_id": record.partner_id.id}
        if record._name == "crm.referral":
            return {
                "referral_id": record.id,
                "candidate_id": False,
                "partner_id": record.partner_id.id,
            }
        if record._name == "crm.referral.candidate":
            return {
                "candidate_id": record.id,
                "referral_id": record.referral_id.id,
                "partner_id": record.referral_id.partner_id.id,
            }
        return {
            "partner_id": record.id,
            "lead_id": False,
            "referral_id": False,
            "candidate_id": False,
        }

    def _open_checklist(self):
        """:return: a window action: what the user is to answer, else the round."""
        self.ensure_one()
        if self.my_assessment_id:
            return self.action_answer()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "crm_referral.crm_assessment_round_be_sure_action"
            ),
            "res_id": self.id,
            "views": [
                (
                    self.env.ref(
                        "crm_referral.crm_assessment_round_view_form_be_sure"
                    ).id,
                    "form",
                )
            ],
        }
