from odoo import api, fields, models


class CrmServiceContact(models.Model):
    _inherit = "crm.service.contact"
    _protected_fields = frozenset({"discuss_channel_id"})

    discuss_channel_id = fields.Many2one(
        comodel_name="discuss.channel",
        string="Conversation",
        ondelete="set null",
        readonly=True,
        copy=False,
        groups="im_livechat.im_livechat_group_user",
        help="What was said stays in the live chat, and is not copied.",
    )

    _discuss_channel_unique = models.UniqueIndex(
        "(discuss_channel_id) WHERE discuss_channel_id IS NOT NULL",
        "This conversation is in the log already.",
    )

    # === ACTION METHODS === #

    def action_open_conversation(self):
        """Show what was said in the live chat.

        :return: a window action: the conversation
        """
        self.ensure_one()
        self.check_access("read")
        self.discuss_channel_id.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Conversation"),
            "res_model": "discuss.channel",
            "res_id": self.discuss_channel_id.id,
            "views": [
                (self.env.ref("im_livechat.discuss_channel_view_form").id, "form")
            ],
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_personal_fields(self):
        """What was said tells who it was, too."""
        return (*super()._get_personal_fields(), "discuss_channel_id")

    def _take_over_from_chat(self, old_note=None):
        """Add what somebody has noted in the live chat since it was logged.

        What is written here is not changed, and neither is a contact that is done.

        :param dict old_note: the note before, by conversation, where it was changed
        """
        chats = self.discuss_channel_id
        reasons = chats._propose_service_reasons()
        for contact in self.filtered(lambda each: each.state != "done"):
            chat = contact.discuss_channel_id
            vals = {}
            if not contact.reason_id and chat in reasons:
                vals["reason_id"] = reasons[chat].id
            if old_note and (contact.note or "") == old_note.get(chat, ""):
                vals["note"] = chat._get_service_note()
            if vals:
                contact.write(vals)
