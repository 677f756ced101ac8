from datetime import date
from inspect import isfunction
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..models.crm_kept_record_mixin import CrmKeptRecordMixin
from ..tools.leave_nothing import leave_nothing

ADDON = "no_addon_xyz"


@tagged("post_install", "-at_install")
class TestKeptRecords(TransactionCase):
    def test_what_code_needs_is_not_deleted(self):
        Category = self.env["res.partner.category"]
        for name, method in vars(CrmKeptRecordMixin).items():
            if isfunction(method):
                self.startPatcher(
                    patch.object(type(Category), name, method, create=True)
                )
        kept, other = Category.create([{"name": "Needed"}, {"name": "Not needed"}])
        self.env["ir.model.data"].create(
            {
                "module": ADDON,
                "name": "kept",
                "model": Category._name,
                "res_id": kept.id,
            }
        )
        (kept | other)._unlink_except_kept()  # nobody needs any
        self.patch(
            type(Category),
            "_get_kept_xml_ids",
            lambda _self: (f"{ADDON}.gone_already", f"{ADDON}.kept"),
        )
        other._unlink_except_kept()
        Category._unlink_except_kept()
        for records in (kept, kept | other):
            with self.assertRaises(UserError) as caught:
                records._unlink_except_kept()
            self.assertIn("“Needed”", str(caught.exception))


@tagged("post_install", "-at_install")
class TestScheduleBatch(TransactionCase):
    """One activity on each record, in the words of who gets it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_TW")
        cls.Activity = cls.env["mail.activity"].with_context(
            mail_activity_quick_update=True
        )
        cls.first, cls.second = cls.env["res.partner"].create(
            [{"name": "First"}, {"name": "Second"}]
        )
        cls.reader = new_test_user(
            cls.env, "batch_reader", "base.group_user", lang="zh_TW"
        )
        cls.todo = cls.env.ref("mail.mail_activity_data_todo")

    def test_each_record_its_own(self):
        activities = self.Activity._schedule_batch(
            "mail.mail_activity_data_todo",
            {
                self.first: {
                    "summary": lambda record: f"{record.name} {record.env.lang}",
                    "user_id": self.reader.id,
                    "date_deadline": date(2026, 3, 2),
                },
                self.second: {
                    "summary": "Plain",
                    "note": lambda record: f"<p>{record.env.lang}</p>",
                    "user_id": self.env.uid,
                    "date_deadline": date(2026, 3, 3),
                },
            },
        )
        self.assertEqual(
            [
                (each.res_model, each.res_id, each.summary, each.date_deadline)
                for each in activities
            ],
            [
                ("res.partner", self.first.id, "First zh_TW", date(2026, 3, 2)),
                ("res.partner", self.second.id, "Plain", date(2026, 3, 3)),
            ],
        )
        self.assertEqual(activities.activity_type_id, self.todo)
        self.assertEqual(activities.mapped("automated"), [True, True])
        self.assertIn("en_US", activities[1].note)
        self.assertEqual(self.first.activity_ids, activities[0])

    def test_none_is_without_words(self):
        """The chatter shows an activity without a summary as nothing at all."""
        kind = self.todo.copy({"name": "Look", "summary": "Look at it"})
        kind.with_context(lang="zh_TW").summary = "看一看"
        self.env["ir.model.data"].create(
            {
                "module": "crm_foundation",
                "name": "xyz_look",
                "model": kind._name,
                "res_id": kind.id,
            }
        )
        records = {
            self.first: {"user_id": self.reader.id},
            self.second: {"user_id": self.env.uid},
        }
        schedule = self.Activity._schedule_batch
        activities = schedule("crm_foundation.xyz_look", records)
        self.assertEqual(activities.mapped("summary"), ["看一看", "Look at it"])
        kind.summary = False
        [activity, _other] = schedule("crm_foundation.xyz_look", records)
        self.assertEqual(activity.summary, "Look")

    def test_nothing_to_schedule(self):
        xml_id = "mail.mail_activity_data_todo"
        self.assertFalse(self.Activity._schedule_batch(xml_id, {}))
        skipping = self.Activity.with_context(mail_activity_automation_skip=True)
        values = {"summary": "x", "user_id": self.reader.id}
        self.assertFalse(skipping._schedule_batch(xml_id, {self.first: values}))
        self.assertFalse(self.first.activity_ids)


@tagged("post_install", "-at_install")
class TestLeaveNothing(TransactionCase):
    """What Odoo leaves of an addon when it goes."""

    def make_xml_id(self, module, record):
        return self.env["ir.model.data"].create(
            {
                "module": module,
                "name": f"xyz_{record._table}_{record.id}",
                "model": record._name,
                "res_id": record.id,
            }
        )

    def make_model(self, name):
        """A model with a field of choices, as far as the database knows: its value.

        By SQL: the registry is not to look for it.
        """
        self.env.cr.execute(
            """WITH model AS (
                INSERT INTO ir_model (model, name, state, "order")
                VALUES (%(name)s, '{"en_US": "x"}', 'base', 'id') RETURNING id
            ), field AS (
                INSERT INTO ir_model_fields
                    (name, model, model_id, field_description, ttype, state)
                SELECT 'x', %(name)s, id, '{"en_US": "x"}', 'selection', 'base'
                FROM model RETURNING id
            ), choice AS (
                INSERT INTO ir_model_fields_selection (field_id, value, name, sequence)
                SELECT id, 'a', '{"en_US": "A"}', 1 FROM field RETURNING id
            )
            SELECT model.id, choice.id FROM model, choice""",
            {"name": name},
        )
        model_id, choice_id = self.env.cr.fetchone()
        return (
            self.env["ir.model"].browse(model_id),
            self.env["ir.model.fields.selection"].browse(choice_id),
        )

    def test_parameters(self):
        Parameter = self.env["ir.config_parameter"]
        stay = [
            f"{ADDON}_more.a",
            f"{ADDON}",
            f"other.{ADDON}.a",
            "noXaddonXxyz.a",  # an underscore is no joker
        ]
        go = [f"{ADDON}.a", f"{ADDON}.b.c"]
        for key in (*stay, *go):
            Parameter.set_param(key, "1")
        leave_nothing(self.env, ADDON)
        left = Parameter.search([("key", "in", [*stay, *go])]).mapped("key")
        self.assertEqual(sorted(left), sorted(stay))

    def test_external_ids_that_others_hold(self):
        """Of the choices of its models: not of those that others extend."""
        own, choice = self.make_model("xyz.own")
        extended, choice_of_extended = self.make_model("xyz.extended")
        stranger, choice_of_stranger = self.make_model("xyz.stranger")
        for module, model in (
            (ADDON, own),
            (ADDON, extended),
            ("stays", extended),
            ("stays", stranger),
        ):
            self.make_xml_id(module, model)
        gone = self.make_xml_id("stays", choice)
        left = self.make_xml_id("stays", choice_of_extended)
        left |= self.make_xml_id("stays", choice_of_stranger)
        leave_nothing(self.env, ADDON)
        self.assertFalse(gone.exists())
        self.assertEqual(left.exists(), left)

    def test_guests_that_go_with_it(self):
        """A model that only they extend is gone, too."""
        self.env["ir.module.module"].create(
            [
                {"name": f"{ADDON}_guest", "state": "to remove"},
                {"name": f"{ADDON}_other", "state": "installed"},
            ]
        )
        model, choice = self.make_model("xyz.own")
        other, choice_of_other = self.make_model("xyz.other")
        for module, each in (
            (ADDON, model),
            (f"{ADDON}_guest", model),
            (ADDON, other),
            (f"{ADDON}_other", other),
        ):
            self.make_xml_id(module, each)
        gone = self.make_xml_id("mixin", choice)
        left = self.make_xml_id("mixin", choice_of_other)
        leave_nothing(self.env, ADDON)
        self.assertFalse(gone.exists())
        self.assertTrue(left.exists())

    def test_records_of_foreign_keys(self):
        modules = self.env["ir.module.module"].create(
            [{"name": ADDON}, {"name": f"{ADDON}_more"}]
        )
        model = self.env["ir.model"]._get("res.partner")
        foreign, unique, others = self.env["ir.model.constraint"].create(
            [
                {"name": name, "model": model.id, "module": module.id, "type": kind}
                for name, module, kind in (
                    ("xyz_fkey", modules[0], "f"),
                    ("xyz_uniq", modules[0], "u"),
                    ("xyz_more_fkey", modules[1], "f"),
                )
            ]
        )
        leave_nothing(self.env, ADDON)
        self.assertFalse(foreign.exists())
        self.assertTrue(unique.exists())
        self.assertTrue(others.exists())
