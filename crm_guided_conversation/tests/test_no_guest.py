from unittest.mock import patch

from odoo import fields
from odoo.tests import TransactionCase, new_test_user, tagged

PREFIX = "crm.guided.conversation"


@tagged("post_install", "-at_install")
class TestNoGuest(TransactionCase):
    """What the engine is where nobody has a conversation yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Engine = cls.env["crm.guided.conversation"]

    def without_guests(self):
        """As if no other addon were there."""
        own = {
            name: model
            for name, model in self.env.registry.models.items()
            if model._original_module == "crm_guided_conversation"
        }
        self.assertIn("crm.guided.conversation", own)
        self.startPatcher(
            patch.object(type(self.env.registry), "items", lambda _self: own.items())
        )

    def test_no_conversation_of_its_own(self):
        self.without_guests()
        self.assertEqual(self.Engine._get_conversation_models(), [])

    def test_conversations_are_models_with_records(self):
        for name in self.Engine._get_conversation_models():
            Model = self.env[name]
            self.assertFalse(Model._abstract, name)
            self.assertTrue(Model._step_activity_type, name)
            self.assertEqual(
                self.env[Model._fields["step_id"].comodel_name]._conversation_model,
                name,
            )

    def test_job_has_nothing_to_do(self):
        self.without_guests()
        with patch.object(
            self.env.registry["crm.batch.mixin"],
            "_process_in_batches",
            side_effect=AssertionError,
        ):
            self.env.ref(
                "crm_guided_conversation.ir_cron_ensure_step_activity"
            ).ir_actions_server_id.run()

    def test_job_asks_each_conversation(self):
        """Whatever has work: its domains and methods, in their order."""
        done = []

        def note(model, domain, method, batch_size):
            done.append((model._name, domain, method, batch_size))

        Partner = self.env.registry["res.partner"]
        work = [([("id", "=", 1)], "first"), ([("id", "=", 2)], "second")]
        with (
            patch.object(
                type(self.Engine),
                "_get_conversation_models",
                lambda _self: ["res.partner"],
            ),
            patch.object(Partner, "_get_idle_work", lambda _self: work, create=True),
            patch.object(Partner, "_process_in_batches", note, create=True),
        ):
            self.Engine._cron_ensure_step_activity(batch_size=7)
        self.assertEqual(
            done,
            [
                ("res.partner", [("id", "=", 1)], "first", 7),
                ("res.partner", [("id", "=", 2)], "second", 7),
            ],
        )

    def test_who_leaves_hands_on_once(self):
        """Only who was there leaves, and only by being archived."""
        handed_on = []
        user = new_test_user(self.env, "leaver", "base.group_user")
        stays = new_test_user(self.env, "stays", "base.group_user")
        gone = new_test_user(self.env, "gone", "base.group_user")
        gone.active = False
        with (
            patch.object(
                type(self.Engine),
                "_get_conversation_models",
                lambda _self: ["res.partner"],
            ),
            patch.object(
                self.env.registry["res.partner"],
                "_hand_on_work",
                lambda model, users: handed_on.append((model.env.su, users)),
                create=True,
            ),
        ):
            (user | stays).write({"name": "Another name"})
            (user | gone).write({"active": False})
            user.write({"active": False})
            user.write({"active": True})
        self.assertEqual(handed_on, [(True, user)])

    def test_who_leaves_without_guests(self):
        self.without_guests()
        user = new_test_user(self.env, "leaver", "base.group_user")
        user.active = False
        self.assertFalse(user.active)

    def test_activities_of_others_are_left_alone(self):
        """An activity on a contact, or on nothing, belongs to no step."""
        todo = self.env.ref("mail.mail_activity_data_todo")
        contact = self.env["res.partner"].create({"name": "A contact"})
        activity = contact.activity_schedule(activity_type_id=todo.id)
        self.assertEqual(activity._get_conversations(), [])
        activity.action_feedback(feedback="Done")
        self.assertFalse(contact.activity_ids)

    def test_activities_of_a_step(self):
        """By the type that their model names, and only where the record is there."""
        todo = self.env.ref("mail.mail_activity_data_todo")
        call = self.env.ref("mail.mail_activity_data_call")
        first, second = self.env["res.partner"].create([{"name": "A"}, {"name": "B"}])
        activities = first.activity_schedule(activity_type_id=todo.id)
        activities |= second.activity_schedule(activity_type_id=call.id)
        Partner = self.env.registry["res.partner"]
        for xml_id, found in (
            ("mail.mail_activity_data_todo", [first]),
            ("mail.mail_activity_data_call", [second]),
            ("mail.mail_activity_data_meeting", []),
            ("mail.no_such_type", []),
            (None, []),
        ):
            with (
                self.subTest(xml_id=xml_id),
                patch.object(Partner, "_step_activity_type", xml_id, create=True),
            ):
                self.assertEqual(activities._get_conversations(), found)

    def test_time_in_a_step(self):
        Log = self.env["crm.guided.conversation.step.log"]
        for entered, left, hours in (
            ("2026-03-02 08:00:00", "2026-03-02 09:30:00", 1.5),
            ("2026-03-02 08:00:00", "2026-03-02 08:00:00", 0),
            ("2026-03-02 08:00:00", "2026-03-02 08:00:36", 0.01),
            ("2026-02-27 00:00:00", "2026-03-02 00:00:00", 72),
            ("2026-03-02 08:00:00", False, 0),
        ):
            with self.subTest(entered=entered, left=left):
                log = Log.new(
                    {
                        "entered_on": fields.Datetime.to_datetime(entered),
                        "left_on": fields.Datetime.to_datetime(left),
                    }
                )
                log._compute_duration_hours()
                self.assertAlmostEqual(log.duration_hours, hours, places=9)

    def test_nobody_writes_the_log_by_hand(self):
        Log = self.env["crm.guided.conversation.step.log"]
        for name in ("step_id", "entered_on", "left_on", "left_by_id", "outcome"):
            self.assertTrue(Log._fields[name].readonly, name)
        self.assertEqual(
            list(dict(Log._fields["outcome"].selection)),
            ["done", "skipped", "back", "ended"],
        )

    def test_views_combine(self):
        views = self.env["ir.ui.view"].search(
            [("model", "=like", f"{PREFIX}%"), ("model_data_id.module", "!=", False)]
        )
        own = views.filtered(
            lambda view: (
                view.model_data_id.module == "crm_guided_conversation"
                and not view.inherit_id
            )
        )
        self.assertGreaterEqual(len(own), 4)
        for view in own:
            with self.subTest(view=view.name):
                arch = view._get_combined_arch()
                self.assertEqual(arch.tag, view.type)
                known = self.env[view.model]._fields
                for node in arch.xpath("//field[not(ancestor::field)]"):
                    self.assertIn(node.get("name"), known)

    def test_wizards_ask_for_a_reason(self):
        for name in ("skip", "reopen"):
            model = f"{PREFIX}.{name}"
            arch = self.env[model].get_view(view_type="form")["arch"]
            self.assertIn('name="reason"', arch)
            self.assertIn('name="action_apply"', arch)
            action = self.env.ref(
                f"crm_guided_conversation.crm_guided_conversation_{name}_action"
            )
            self.assertEqual((action.res_model, action.target), (model, "new"))
