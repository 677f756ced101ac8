from odoo.fields import Command

from odoo.addons.crm_referral_service.tests.common import SERVICE_USER, ServiceCommon

LIVECHAT_USER = "im_livechat.im_livechat_group_user"


class LivechatCommon(ServiceCommon):
    """A live chat that feeds the log of the service, and who answers there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        livechat_user = cls.env.ref(LIVECHAT_USER)
        cls.agent.group_ids = [Command.link(livechat_user.id)]
        cls.colleague.group_ids = [Command.link(livechat_user.id)]
        cls.operator = cls._create_user("operator", LIVECHAT_USER)
        cls.post = cls.env["crm.service.post"].create(
            {
                "name": "Chat on the site",
                "kind": "chat",
                "owner_id": cls.manager.id,
                "team_id": cls.team.id,
            }
        )
        cls.livechat = cls.env["im_livechat.channel"].create(
            {
                "name": "The site",
                "service_post_id": cls.post.id,
                "user_ids": [
                    Command.set((cls.agent | cls.colleague | cls.operator).ids)
                ],
            }
        )
        cls.public = cls.env.ref("base.public_user")
        cls.script = cls.env["chatbot.script"].create({"title": "Robot"})
        cls.robot = cls.script.operator_partner_id

    @classmethod
    def _begin(cls, agent=None, guest="Visitor", customer=None, **values):
        """A visitor has begun a conversation: with a person, or with the robot."""
        operator = agent.partner_id if agent else cls.robot
        visitor = (
            {"partner_id": customer.id}
            if customer
            else {"guest_id": cls.env["mail.guest"].create({"name": guest}).id}
        )
        return (
            cls.env["discuss.channel"]
            .with_user(cls.public)
            .sudo()
            .create(
                {
                    "name": "Visitor",
                    "channel_type": "livechat",
                    "livechat_channel_id": cls.livechat.id,
                    "livechat_operator_id": operator.id,
                    "livechat_failure": "no_answer" if agent else "no_failure",
                    "channel_member_ids": [
                        Command.create(
                            {
                                "partner_id": operator.id,
                                "livechat_member_type": "agent" if agent else "bot",
                                "chatbot_script_id": not agent and cls.script.id,
                            }
                        ),
                        Command.create({"livechat_member_type": "visitor", **visitor}),
                    ],
                    **values,
                }
            )
            .with_env(cls.env)
        )

    @classmethod
    def _say(cls, chat, user=None, body="Where is my delivery?"):
        """The visitor says something, or this colleague."""
        guest = chat.livechat_customer_guest_ids
        partner = user.partner_id if user else chat.livechat_customer_partner_ids
        if not user and guest:
            chat = chat.with_user(cls.public).with_context(guest=guest).sudo()
        chat.message_post(
            body=body,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=partner.id,
        )

    @classmethod
    def _answer_robot(cls, chat, step_type, answer):
        """The visitor tells the chatbot what it asks for."""
        step = cls.env["chatbot.script.step"].create(
            {
                "chatbot_script_id": cls.script.id,
                "message": "?",
                "step_type": step_type,
            }
        )
        cls.env["chatbot.message"].create(
            {
                "discuss_channel_id": chat.id,
                "script_step_id": step.id,
                "user_raw_answer": f"<p>{answer}</p>",
            }
        )

    @classmethod
    def _talk(cls, agent=None, **values):
        """A conversation in which both have said something."""
        chat = cls._begin(agent or cls.agent, **values)
        cls._say(chat)
        cls._say(chat, agent or cls.agent, "I shall look")
        return chat

    @classmethod
    def _end(cls, chats):
        chats.livechat_end_dt = cls.env.cr.now()
        return cls._find(chats)

    @classmethod
    def _find(cls, chats):
        """:return: the contacts of these conversations"""
        cls.env.invalidate_all()
        return cls.env["crm.service.contact"].search(
            [("discuss_channel_id", "in", chats.ids)]
        )


__all__ = ["LIVECHAT_USER", "SERVICE_USER", "LivechatCommon"]
