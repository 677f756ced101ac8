from odoo import fields, models


class ImLivechatChannel(models.Model):
    _name = "im_livechat.channel"
    _inherit = ["im_livechat.channel", "crm.guarded.mixin"]
    _guarded_pointers = frozenset({"service_post_id"})

    service_post_id = fields.Many2one(
        comodel_name="crm.service.post",
        string="Listening Post",
        domain=[("kind", "=", "chat")],
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        groups="crm_referral_service.group_service_user",
        help="Conversations that have ended are service contacts, of the team of this "
        "listening post. Empty: none of them is.",
    )
