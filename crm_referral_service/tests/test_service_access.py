"""Who may do what: generated from the registry, expected as it is written here.

A new model without a line fails; so does a right that nobody has written down.
"""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SALESPERSON, SERVICE_MANAGER, SERVICE_USER, ServiceCommon

OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
# What an agent, a service manager, and any internal user may do at all; record rules
# narrow it further.
RIGHTS = {
    "crm.complaint": ("rwc", "rwcd", ""),
    "crm.complaint.end": ("rwc", "rwc", ""),
    "crm.complaint.feeling": ("r", "rwcd", ""),
    "crm.complaint.gesture": ("rwc", "rwcd", ""),
    "crm.complaint.gesture.report": ("r", "r", ""),
    "crm.complaint.report": ("r", "r", ""),
    "crm.complaint.gesture.decide": ("rwc", "rwc", ""),
    "crm.complaint.step": ("r", "rw", ""),
    "crm.complaint.step.log": ("r", "r", ""),
    "crm.service.authority": ("", "rwcd", ""),
    "crm.service.contact": ("rwc", "rwc", ""),
    "crm.service.council": ("rw", "rwcd", "r"),
    "crm.service.contact.report": ("r", "r", ""),
    "crm.service.coverage": ("r", "r", ""),
    "crm.service.duty.gap": ("r", "r", ""),
    "crm.service.gesture.type": ("r", "rwcd", ""),
    "crm.service.handover": ("rwc", "rwcd", "rw"),
    "crm.service.handover.report": ("r", "r", ""),
    "crm.service.miss": ("r", "rwcd", ""),
    "crm.service.known": ("rwc", "rwc", ""),
    "crm.service.learning": ("r", "r", ""),
    "crm.service.news": ("rw", "rwd", ""),
    "crm.service.notice": ("r", "rwcd", ""),
    "crm.service.post": ("rw", "rwcd", "rw"),
    "crm.service.reason": ("r", "rwcd", ""),
    "crm.service.reason.merge": ("", "rwc", ""),
}
# What each role may do with a record, by what it belongs to. Who is not named here may
# do nothing.
BY_COMPLAINT = {
    "own": {"agent": "rw", "colleague": "rw", "stranger": "r", "manager": "rwd"},
    "nobodys": {"agent": "rw", "colleague": "rw", "stranger": "rw", "manager": "rwd"},
    "confidential": {"agent": "rw", "manager": "rwd"},
}
HANDOVER = {
    "own": {"agent": "rw", "colleague": "rw", "technician": "rw", "manager": "rwd"},
    "confidential": {"agent": "rw", "technician": "rw", "manager": "rwd"},
}
CONTACT = {
    "own": {"agent": "rw", "colleague": "rw", "stranger": "r", "manager": "rw"},
    "nobodys": {"agent": "rw", "colleague": "rw", "stranger": "rw", "manager": "rw"},
    "confidential": {"agent": "rw", "manager": "rw"},
}
# In this order, so that nobody looks for a role that is missing.
ROLES = (
    "agent",
    "colleague",
    "stranger",
    "manager",
    "technician",
    "salesperson",
    "sales_manager",
    "employee",
    "portal",
    "public",
    "foreign_agent",
    "foreign_manager",
)
# Who has one of the service groups, and whom the table gives the rights of another.
SAME_AS = {
    "colleague": "agent",
    "stranger": "agent",
    "foreign_agent": "agent",
    "foreign_manager": "manager",
}


class ServiceRolesCommon(ServiceCommon):
    """Everybody who may come near a complaint."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Elsewhere"})
        there = {
            "company_id": cls.other_company.id,
            "company_ids": [Command.set(cls.other_company.ids)],
        }
        cls.stranger = cls._create_user("stranger", SERVICE_USER)
        cls.sales_manager = cls._create_user(
            "sales-manager", "sales_team.group_sale_manager"
        )
        cls.employee = cls._create_user("employee", "base.group_user")
        cls.portal = cls._create_user("portal", "base.group_portal")
        cls.public = cls._create_user("public", "base.group_public")
        cls.foreign_agent = cls._create_user("foreign-agent", SERVICE_USER, **there)
        cls.foreign_manager = cls._create_user(
            "foreign-manager", SERVICE_MANAGER, **there
        )

    def _get_rights(self, records, letters="rwcd"):
        return "".join(
            letter for letter in letters if records.has_access(OPERATIONS[letter])
        )


@tagged("post_install", "-at_install")
class TestServiceAccess(ServiceRolesCommon):
    """Every role, every model, every operation."""

    def test_every_model_has_a_line(self):
        ours = {
            name
            for name, model in self.registry.items()
            if model._original_module == "crm_referral_service" and not model._abstract
        }
        self.assertEqual(ours, set(RIGHTS))

    def test_rights_of_each_role(self):
        for model, (agent, manager, internal) in RIGHTS.items():
            expected = {"agent": agent, "manager": manager, "portal": "", "public": ""}
            for role in ROLES:
                with self.subTest(model=model, role=role):
                    self.assertEqual(
                        self._get_rights(
                            self.env[model].with_user(getattr(self, role))
                        ),
                        expected.get(SAME_AS.get(role, role), internal),
                    )

    def test_sales_rights_are_no_service_rights(self):
        for user, group in (
            (self.salesperson, SERVICE_USER),
            (self.sales_manager, SERVICE_USER),
            (self.agent, SALESPERSON),
            (self.manager, SALESPERSON),
        ):
            self.assertFalse(user.has_group(group), user.login)


@tagged("post_install", "-at_install")
class TestServiceRecordRules(ServiceRolesCommon):
    """Own complaints, those of nobody, of the own teams, and confidential ones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaints = {
            "own": cls._create_complaint(),
            "nobodys": cls._create_complaint(user_id=False),
            "confidential": cls._create_complaint(is_confidential=True),
        }
        cls.complaints["nobodys"].team_id = False

    def _create_gesture(self, complaint):
        return self.env["crm.complaint.gesture"].create(
            {"complaint_id": complaint.id, "type_id": self.apology.id}
        )

    def _create_handover(self, complaint):
        return (
            self.env["crm.service.handover"]
            .with_user(self.agent)
            .create(
                {
                    "complaint_id": complaint.id,
                    "to_user_id": self.technician.id,
                    "question": "Why does it gurgle?",
                }
            )
        )

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def _assert_rights(self, records, expected):
        """What each role may do, by asking, by reading, by searching and counting."""
        self.env.flush_all()
        for role in ROLES:
            rights = expected.get(role, "")
            as_role = records.sudo(False).with_user(getattr(self, role))
            with self.subTest(model=records._name, role=role):
                self.assertEqual(self._get_rights(as_role, "rwd"), rights)
                model = as_role.browse()
                if not model.has_access("read"):
                    with self.assertRaises(AccessError):
                        as_role.read(["display_name"])
                    with self.assertRaises(AccessError):
                        model.search([])
                    continue
                domain = [("id", "in", records.ids)]
                seen = records.ids if rights else []
                self.assertEqual(model.search(domain).ids, seen)
                self.assertEqual(model.search_count(domain), len(seen))
                self.assertEqual(
                    sum(c for [c] in model._read_group(domain, [], ["__count"])),
                    len(seen),
                )

    def test_complaint(self):
        for kind, complaint in self.complaints.items():
            with self.subTest(kind):
                self._assert_rights(complaint, BY_COMPLAINT[kind])

    def test_gesture_is_as_its_complaint(self):
        for kind, complaint in self.complaints.items():
            with self.subTest(kind):
                gesture = self._create_gesture(complaint.sudo())
                self._assert_rights(gesture, BY_COMPLAINT[kind])

    def test_step_log_is_read_with_its_complaint(self):
        for kind, complaint in self.complaints.items():
            with self.subTest(kind):
                readers = dict.fromkeys(BY_COMPLAINT[kind], "r")
                self._assert_rights(complaint.sudo().step_log_ids, readers)

    def test_question_to_a_colleague(self):
        """Who asked, who is asked, and the team that tells the customer."""
        for kind, expected in HANDOVER.items():
            with self.subTest(kind):
                handover = self._create_handover(self.complaints[kind])
                self._assert_rights(handover, expected)

    def _create_contact(self, complaint):
        contact = self.env["crm.service.contact"].create(
            {"user_id": complaint.user_id.id, "team_id": complaint.team_id.id}
        )
        contact.complaint_id = complaint.is_confidential and complaint
        return contact

    def test_contact_is_as_its_complaint(self):
        """Whoever answers sees what was said; nothing is deleted."""
        for kind, complaint in self.complaints.items():
            with self.subTest(kind):
                contact = self._create_contact(complaint.sudo())
                self._assert_rights(contact, CONTACT[kind])

    def test_question_about_a_contact(self):
        for kind, expected in HANDOVER.items():
            with self.subTest(kind):
                contact = self._create_contact(self.complaints[kind].sudo())
                handover = (
                    self.env["crm.service.handover"]
                    .with_user(self.agent)
                    .create(
                        {
                            "contact_id": contact.id,
                            "to_user_id": self.technician.id,
                            "question": "Why does it gurgle?",
                        }
                    )
                )
                self._assert_rights(handover, expected)
