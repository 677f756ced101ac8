from inspect import isfunction
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from ..models.crm_guarded_mixin import CrmGuardedMixin

# These call what comes behind them: they only work in a model of their own.
AT_THE_DOOR = {"create", "write", "onchange", "_post_model_setup__"}


@tagged("post_install", "-at_install")
class TestGuarded(TransactionCase):
    """What may come in from outside: here of contacts, which get the guard."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Partner = cls.env["res.partner"]
        for name, method in vars(CrmGuardedMixin).items():
            if isfunction(method) and name not in AT_THE_DOOR:
                cls.graft(name, method)
        cls.graft("_protected_fields", frozenset({"ref"}))
        cls.graft("_guarded_pointers", None)
        cls.user = new_test_user(cls.env, "guarded_user", "base.group_user")
        cls.seen, cls.hidden = cls.Partner.create([{"name": "Seen"}, {"name": "Not"}])
        cls.env["ir.rule"].create(
            {
                "name": "Nobody sees it",
                "model_id": cls.env["ir.model"]._get_id("res.partner"),
                "domain_force": [("id", "!=", cls.hidden.id)],
            }
        )

    @classmethod
    def graft(cls, name, value):
        cls.startClassPatcher(patch.object(type(cls.Partner), name, value, create=True))

    def test_ids_in_a_value(self):
        for value, ids in (
            (7, {7}),
            (False, {0}),
            ((7, "Name"), {7}),
            (self.seen | self.hidden, {self.seen.id, self.hidden.id}),
            ([4, 5], {4, 5}),
            ([Command.link(3)], {3}),
            ([Command.set([1, 2])], {1, 2}),
            ([[4, 3], [6, False, [8]]], {3, 8}),
            ([Command.set([1, "2", None])], {1}),
            ([Command.link("3")], set()),
            ([Command.create({"name": "x"})], set()),
            ([Command.update(9, {}), Command.delete(9)], set()),
            ([Command.unlink(9), Command.clear()], set()),
            ([(), [], "x", None], set()),
            ("7", set()),
            ({"id": 7}, set()),
            (None, set()),
        ):
            with self.subTest(value=value):
                self.assertEqual(self.Partner._get_pointed_ids(value), ids)

    def test_pointers(self):
        """Only to what the user may read, in whichever form."""
        Partner, hidden_id = self.Partner.with_user(self.user), self.hidden.id
        for vals in (
            {"parent_id": hidden_id},
            {"parent_id": self.hidden},
            {"name": "x", "child_ids": [Command.link(hidden_id)]},
            {"child_ids": [Command.set([self.seen.id, hidden_id])]},
            {"child_ids": [[6, 0, [hidden_id]]]},
        ):
            with self.subTest(vals=vals):
                with self.assertRaises(AccessError):
                    Partner._check_pointers(vals)
                with self.assertRaises(AccessError):
                    Partner._check_pointers({"name": "x"}, vals)
                with self.assertRaises(AccessError):
                    self.seen.with_user(self.user)._check_pointers(vals)
                Partner.sudo()._check_pointers(vals)
        for vals in (
            {"parent_id": self.seen.id},
            {"parent_id": False, "child_ids": [Command.clear()]},
            {"name": hidden_id, "no_such_field": hidden_id, "color": hidden_id},
            {},
        ):
            with self.subTest(vals=vals):
                Partner._check_pointers(vals)

    def test_what_was_there_before_is_no_news(self):
        child, other = self.Partner.create(
            [{"name": "Child", "parent_id": self.hidden.id}, {"name": "Other"}]
        )
        vals = {"parent_id": self.hidden.id}
        child.with_user(self.user)._check_pointers(vals)
        with self.assertRaises(AccessError):
            other.with_user(self.user)._check_pointers(vals)

    def test_only_the_named_pointers(self):
        """An addon that extends somebody else's model leaves the other fields alone."""
        Partner, vals = self.Partner.with_user(self.user), {"parent_id": self.hidden.id}
        self.patch(type(self.Partner), "_guarded_pointers", frozenset({"category_id"}))
        Partner._check_pointers(vals)
        self.patch(type(self.Partner), "_guarded_pointers", frozenset({"parent_id"}))
        with self.assertRaises(AccessError):
            Partner._check_pointers(vals)

    def test_protected_fields(self):
        Partner = self.Partner.with_user(self.user)
        for fname, is_protected in (
            ("ref", True),
            ("commercial_partner_id", True),  # stored, computed, readonly
            ("email_normalized", True),
            ("name", False),
            ("parent_id", False),
            ("child_ids", False),
            ("display_name", False),  # computed, but not stored
            ("no_such_field", False),
        ):
            with self.subTest(fname=fname):
                self.assertIs(Partner._is_protected_field(fname), is_protected)
                if is_protected:
                    with self.assertRaises(AccessError):
                        Partner._check_protected_fields({"name": "x"}, {fname: False})
                else:
                    Partner._check_protected_fields({fname: False})
                Partner.sudo()._check_protected_fields({fname: False})

    def test_protected_fields_of_somebody_elses_model(self):
        """Only those that are named: the rest is the business of its own addon."""
        self.patch(type(self.Partner), "_guarded_pointers", frozenset())
        Partner = self.Partner.with_user(self.user)
        Partner._check_protected_fields({"email_normalized": "x", "name": "x"})
        with self.assertRaises(AccessError):
            Partner._check_protected_fields({"ref": "x"})

    def test_says_which_fields(self):
        with self.assertRaises(AccessError) as caught:
            self.Partner.with_user(self.user)._check_protected_fields(
                {"ref": "x", "name": "x"}, {"email_normalized": "x"}
            )
        message = str(caught.exception)
        self.assertIn("Reference", message)
        self.assertIn("Normalized Email", message)
        self.assertNotIn("Name,", message)

    def test_defaults_of_a_context(self):
        context = {"default_ref": "x", "default_name": "A", "lang": "en_US", "ref": 1}
        Partner = self.Partner.with_context(**context)
        self.assertEqual(Partner._get_context_defaults(), {"ref": "x", "name": "A"})
        cleaned = Partner._without_protected_defaults().env.context
        self.assertEqual(
            {key: cleaned.get(key) for key in context},
            {"default_ref": None, "default_name": "A", "lang": "en_US", "ref": 1},
        )
        # For the superuser, too: a window passes on what it has.
        self.assertNotIn(
            "default_ref", Partner.sudo()._without_protected_defaults().env.context
        )
        self.assertNotIn(
            "default_name", Partner._without_defaults(["name"]).env.context
        )
        self.assertIs(Partner._without_defaults(["color"]), Partner)

    def test_defaults_keep_records_and_rights(self):
        seen = self.seen.with_user(self.user).with_context(default_ref="x")
        cleaned = seen._without_protected_defaults()
        self.assertEqual(cleaned, seen)
        self.assertEqual((cleaned.env.uid, cleaned.env.su), (self.user.id, False))
