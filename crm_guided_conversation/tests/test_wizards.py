from unittest.mock import patch

from psycopg2.errors import NotNullViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

KINDS = {
    "crm.guided.conversation.skip": "action_skip_step",
    "crm.guided.conversation.reopen": "action_reopen",
}


@tagged("post_install", "-at_install")
class TestWizards(TransactionCase):
    """The wizards take a model and ids from outside: only conversations pass."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, "wizard_user", "base.group_user")
        cls.other = new_test_user(cls.env, "wizard_other", "base.group_user")

    def make(self, kind, model, ids, user=None):
        return (
            self.env[kind]
            .with_user(user or self.user)
            .create({"res_model": model, "res_ids": ids, "reason": "No time"})
        )

    def let_partners_talk(self):
        """Let contacts pass for conversations; what is called is noted."""
        calls = []
        engine = self.env.registry["crm.guided.conversation"]
        self.patch(engine, "_get_conversation_models", lambda _self: ["res.partner"])
        for method in KINDS.values():
            self.startPatcher(
                patch.object(
                    self.env.registry["res.partner"],
                    method,
                    lambda partners, reason, method=method: calls.append(
                        (method, partners.ids, partners.env.uid, reason)
                    ),
                    create=True,
                )
            )
        return calls

    def test_only_conversations(self):
        partner_id = self.env.user.partner_id.id
        for kind in KINDS:
            for model in (
                "res.partner",
                "res.users",
                "ir.config_parameter",
                "crm.guided.conversation",
                "crm.guided.conversation.gate.mixin",
                "crm.guided.conversation.step",
                kind,
                "no.such.model",
                " ",
            ):
                with self.subTest(kind=kind, model=model):
                    wizard = self.make(kind, model, [partner_id])
                    with self.assertRaises(UserError) as caught:
                        wizard.action_apply()
                    self.assertEqual(
                        caught.exception.args[0], "Choose the conversations first."
                    )

    def test_only_ids(self):
        calls = self.let_partners_talk()
        for kind in KINDS:
            for ids in (
                1,
                "1",
                "all",
                {"1": 1},
                ["1"],
                [1, "2"],
                [1.0],
                [None],
                [[1]],
                [True],
                [1, False],
            ):
                with self.subTest(kind=kind, ids=ids):
                    wizard = self.make(kind, "res.partner", ids)
                    with self.assertRaises(UserError):
                        wizard.action_apply()
        self.assertEqual(calls, [])

    def test_asks_the_conversations_as_the_user(self):
        calls = self.let_partners_talk()
        ids = self.env["res.partner"].create([{"name": "A"}, {"name": "B"}]).ids
        for kind, method in KINDS.items():
            action = self.make(kind, "res.partner", ids).action_apply()
            self.assertEqual(action, {"type": "ir.actions.act_window_close"})
            self.assertEqual(calls.pop(), (method, ids, self.user.id, "No time"))
        self.assertEqual(calls, [])

    @mute_logger("odoo.sql_db")
    def test_all_is_needed(self):
        vals = {"res_model": "res.partner", "res_ids": [1], "reason": "No time"}
        for kind in KINDS:
            for missing in vals:
                with (
                    self.subTest(kind=kind, missing=missing),
                    self.assertRaises(NotNullViolation),
                    self.env.cr.savepoint(),
                ):
                    self.env[kind].create({**vals, missing: False})

    def test_nobody_reads_the_reasons_of_others(self):
        for kind in KINDS:
            wizard = self.make(kind, "res.partner", [1])
            self.assertEqual(wizard.reason, "No time")
            for method in (
                lambda record: record.read(["reason"]),
                lambda record: record.write({"reason": "Other"}),
                lambda record: record.action_apply(),
            ):
                with self.subTest(kind=kind), self.assertRaises(AccessError):
                    method(wizard.with_user(self.other))
            found = self.env[kind].with_user(self.other).search([])
            self.assertFalse(found & wizard.with_user(self.other))

    def test_not_for_guests_of_the_house(self):
        portal = new_test_user(self.env, "wizard_portal", "base.group_portal")
        for kind in KINDS:
            with self.subTest(kind=kind), self.assertRaises(AccessError):
                self.make(kind, "res.partner", [1], portal)
