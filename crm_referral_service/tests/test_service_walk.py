"""Tries what nobody should be able to do with complaints and what hangs on them."""

import contextlib
import inspect
from collections import Counter

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_referral.tests.security_walk import SecurityWalk

from .test_service_access import ServiceRolesCommon

OWN = ("crm.service.council", "crm.service.handover", "crm.service.post")
INTERNAL = ("technician", "employee", "salesperson", "sales_manager")
# The same in every model: Odoo's own, which take what Odoo takes.
HANDED_ON = {
    *("create", "write", "unlink", "copy", "copy_data", "onchange", "search"),
    *("read", "read_group", "formatted_read_group", "web_read_group", "export_data"),
    *("message_new", "message_update", "fields_get", "default_get", "web_save"),
}
GONE = 999_999_999
JUNK = (None, -1, GONE, "x" * 300, "\x00", [], {})


class _Undone(Exception):
    """What was done is taken back."""


@tagged("post_install", "-at_install")
class TestLabels(TransactionCase):
    def test_fields_can_be_told_apart(self):
        """As Odoo warns when a model has two fields of the same name for people."""
        models = self.env["ir.model.data"].search(
            [("module", "=", "crm_referral_service"), ("model", "=", "ir.model")]
        )
        names = self.env["ir.model"].browse(models.mapped("res_id")).mapped("model")
        self.assertIn("crm.complaint", names)
        for name in names:
            labels = Counter(each.string for each in self.env[name]._fields.values())
            twice = [label for label, count in labels.items() if count > 1]
            self.assertFalse(twice, name)


@tagged("post_install", "-at_install")
class TestServiceWalk(SecurityWalk, ServiceRolesCommon):
    """A confidential complaint, for everybody whom it does not concern."""

    ours = ("crm_referral_service",)
    outsiders = ("stranger", "colleague", "foreign_agent", "foreign_manager")
    strangers = ("employee", "salesperson", "sales_manager", "portal", "public")
    # A question that one was asked oneself, a meeting to which one is invited, a post
    # where one listens.
    own_only = {(model, role) for model in OWN for role in INTERNAL}
    # A window of the engine, which asks the rights of what it changes.
    own_only |= {("crm.complaint.end", "agent")}
    configuration = {
        "crm.complaint.feeling",
        "crm.complaint.step",
        "crm.service.gesture.type",
        "crm.service.miss",
        "crm.service.reason",
    }
    reports = {
        "crm.complaint.gesture.report",
        "crm.complaint.report",
        "crm.service.contact.report",
        "crm.service.coverage",
        "crm.service.handover.report",
        "crm.service.learning",
    }
    shared_in_company = {
        "crm.service.duty.gap",
        "crm.service.news",
        "crm.service.notice",
        "crm.service.post",
    }
    least = {"models": 8, "methods": 100, "pointers": 5, "readonly": 10}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep = cls.stranger
        cls.world = {record._name: record.sudo() for record in cls._build_world()}
        cls.env.flush_all()

    @classmethod
    def _build_world(cls):
        """:return: records that only their owner and service managers see."""
        complaint = cls._create_complaint(is_confidential=True)
        as_agent = complaint.env
        gesture = as_agent["crm.complaint.gesture"].create(
            {"complaint_id": complaint.id, "type_id": cls.apology.id}
        )
        handover = as_agent["crm.service.handover"].create(
            {
                "complaint_id": complaint.id,
                "to_user_id": cls.technician.id,
                "question": "Why does it gurgle?",
            }
        )
        contact = cls.env["crm.service.contact"].create(
            {"user_id": cls.agent.id, "complaint_id": complaint.id}
        )
        authority = cls.env["crm.service.authority"].create(
            {"type_id": cls.refund.id, "max_amount": 200, "user_id": cls.agent.id}
        )
        gap = cls.env["crm.service.duty.gap"].create(
            {
                "team_id": cls.team.id,
                "start": "2025-12-01 08:00:00",
                "stop": "2025-12-01 09:00:00",
            }
        )
        records = [complaint, complaint.sudo().step_log_ids, gesture, handover, contact]
        records += [authority, gap, *cls._build_improvement()]
        return [*records, *cls._build_windows(complaint, gesture)]

    @classmethod
    def _build_windows(cls, complaint, gesture):
        """:return: windows that the manager has open."""
        values = {
            "crm.complaint.gesture.decide": {"gesture_id": gesture.id},
            "crm.service.known": {
                "res_model": complaint._name,
                "res_id": complaint.id,
            },
            "crm.service.reason.merge": {
                "reason_ids": [Command.set(cls.reason.ids)],
                "into_id": cls.reason.id,
            },
        }
        return [
            cls.env[model].with_user(cls.manager).create(vals)
            for model, vals in values.items()
        ]

    @classmethod
    def _build_improvement(cls):
        """:return: what is between managers and those whom they invite."""
        return [
            cls.env["crm.service.council"].create(
                {"team_id": cls.team.id, "user_ids": [Command.set(cls.manager.ids)]}
            ),
            cls.env["crm.service.post"].create(
                {"name": "Comment card", "owner_id": cls.manager.id}
            ),
            cls.env["crm.service.notice"].create({"name": "Your order is on its way"}),
            cls._build_news(),
        ]

    @classmethod
    def _build_news(cls):
        """:return: who is to be told what was done"""
        pride = cls.env.ref("crm_referral.crm_assessment_framework_pride")
        action = cls.env["crm.assessment.action"].create(
            {
                "name": "Tell them before",
                "section_id": pride.section_ids[0].id,
                "reason_id": cls.reason.id,
                "deadline": "2099-01-01",
            }
        )
        return cls.env["crm.service.news"].create(
            {"action_id": action.id, "name": "Ann", "email": "ann@example.com"}
        )

    # === ODD INPUT === #

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    @mute_logger("odoo.sql_db", "odoo.http")
    def test_nobody_sees_a_traceback(self):
        """Our methods, with records that are gone and arguments of a wrong kind."""
        tried = 0
        for model, record in self.world.items():
            for name in self._get_public_methods(model):
                if name in HANDED_ON:
                    continue
                for role in ("manager", "agent", "salesperson", "technician"):
                    as_role = record.with_env(self.env).with_user(getattr(self, role))
                    for records in (as_role, as_role.browse(GONE)):
                        for junk in JUNK:
                            tried += 1
                            with self.subTest(
                                model=model, method=name, role=role, junk=str(junk)[:9]
                            ):
                                self._try(records, name, junk)
        self.assertGreater(tried, 1_000)

    def _try(self, records, name, junk):
        method = getattr(records, name)
        parameters = inspect.signature(method).parameters.values()
        arguments = {
            each.name: junk
            for each in parameters
            if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
        }
        # Each call leaves the world as it was.
        with contextlib.suppress(UserError, IntegrityError, _Undone):
            with self.env.cr.savepoint():
                method(**arguments)
                self.env.flush_all()
                raise _Undone

    def _get_arguments(self):
        return {"passed_on_to": "the maker", "msg_dict": {}}

    def _get_outsiders(self, model):
        """:return: the roles from which the record of the model is hidden."""
        if model in self.shared_in_company:
            return (*self.outsiders[2:], *self.strangers)
        return (*self.outsiders, *self.strangers)
