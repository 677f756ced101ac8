from odoo import fields, models


class ImLivechatConversationTag(models.Model):
    _inherit = "im_livechat.conversation.tag"

    service_reason_id = fields.Many2one(
        comodel_name="crm.service.reason",
        string="Reason for a Contact",
        domain=lambda self: self.env["crm.service.reason"]._get_leaf_domain(),
        index="btree_not_null",
        ondelete="set null",
        groups="crm_referral_service.group_service_user",
        help="Proposed for the service contact of a conversation with this tag.",
    )
