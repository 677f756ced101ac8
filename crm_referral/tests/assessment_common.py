from odoo import Command

from .common import ReferralCase

# Code, letter and name of the areas of the third framework, and their items.
SECTIONS = (
    (
        "access",
        "A",
        "Access",
        (
            {"name": "The way is signposted.", "weight": 3},
            {"name": "We were kept waiting.", "is_reversed": True},
        ),
    ),
    (
        "building",
        "B",
        "Building",
        (
            {"name": "Exits are free.", "is_must_pass": True},
            {"name": "Rooms are clean."},
            {"name": "Asked of managers.", "viewpoint": "manager"},
        ),
    ),
)


class AssessmentCase(ReferralCase):
    """Users with a team, and a small framework made of data only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer_company = cls.env["res.partner"].create(
            {"name": "Clinic Riverside", "is_company": True, "email": "c@example.com"}
        )
        cls.leader = cls._create_user(
            "leader", "base.group_user,sales_team.group_sale_salesman"
        )
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Assessed Team",
                "user_id": cls.leader.id,
                "company_id": cls.company.id,
                "member_ids": [Command.set([cls.rep.id])],
            }
        )
        cls.framework = cls._create_framework()
        cls.section_a, cls.section_b = cls.framework.section_ids
        cls.options = cls.framework.scale_id.option_ids
        cls.no, cls.maybe, cls.yes, cls.not_applicable = cls.options

    @classmethod
    def _create_framework(cls):
        """A third framework, by data and nothing else."""
        scale = cls.env["crm.assessment.scale"].create(
            {
                "name": "Traffic light",
                "option_ids": [
                    Command.create({"name": "Red", "value": 0.0, "sequence": 1}),
                    Command.create({"name": "Amber", "value": 0.5, "sequence": 2}),
                    Command.create({"name": "Green", "value": 1.0, "sequence": 3}),
                    Command.create(
                        {"name": "None", "is_not_applicable": True, "sequence": 4}
                    ),
                ],
            }
        )
        return cls.env["crm.assessment.framework"].create(
            {
                "code": "site_visit",
                "name": "Site Visit",
                "scale_id": scale.id,
                "fair_from": 40,
                "strong_from": 80,
                "section_ids": [
                    Command.create(
                        {
                            "code": code,
                            "letter": letter,
                            "name": name,
                            "sequence": sequence,
                            "item_ids": [Command.create(item) for item in items],
                        }
                    )
                    for sequence, (code, letter, name, items) in enumerate(SECTIONS, 1)
                ],
            }
        )

    @classmethod
    def _start_round(cls, partner, user=None, delivery="mail", **values):
        """Prepare a round and send it, as a person does in the dialog."""
        round_ = (
            cls.env["crm.assessment.round"]
            .with_user(user or cls.env.user)
            .create({"partner_id": partner.id, **values})
        )
        round_._start(delivery)
        return round_.with_env(cls.env)

    @classmethod
    def _start_checklist(cls, record, user=None):
        """Go on with the checklist that waits, or start one as the button does."""
        user = user or cls.rep
        Round = cls.env["crm.assessment.round"].with_user(user)
        action = Round.start_checklist(record.with_user(user))
        if action["res_model"] == "crm.assessment":
            return cls.env["crm.assessment"].browse(action["res_id"]).round_id
        round_ = Round.browse(action.get("res_id"))
        if not round_:
            round_ = Round.with_context(**action["context"]).create({})
            round_.action_start()
        return round_.with_env(cls.env)

    @classmethod
    def _get_link_mails(cls, contact):
        """:return: the mails to a contact, the oldest first."""
        domain = [("recipient_ids", "in", contact.ids)]
        return cls.env["mail.mail"].search(domain, order="id")

    @classmethod
    def _get_sent_body(cls, mail):
        """:return: what the mail server gets."""
        [email] = mail._prepare_outgoing_list()
        return email["body"]

    @classmethod
    def _create_assessment(cls, user=None, **values):
        return (
            cls.env["crm.assessment"]
            .with_user(user or cls.env.user)
            .create(
                {
                    "framework_id": cls.framework.id,
                    "partner_id": cls.customer_company.id,
                    "user_id": cls.rep.id,
                    **values,
                }
            )
        )

    @classmethod
    def _answer(cls, assessment, *options):
        """Answer the first items with these options; None leaves one out."""
        lines = assessment.line_ids.filtered(lambda line: line.kind == "scale")
        for line, option in zip(lines, options, strict=False):
            line.option_id = option
        return assessment
