from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestReason(ServiceCommon):
    """Why customers turn to us, and what we do about it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Reason = cls.env["crm.service.reason"].with_user(cls.manager)
        cls.branch = cls.Reason.create({"name": "Branch"})
        cls.leaf = cls.Reason.create({"name": "Leaf", "parent_id": cls.branch.id})

    def _merge(self, into, reasons, user=None):
        wizard = (
            self.env["crm.service.reason.merge"]
            .with_user(user or self.manager)
            .create(
                {"into_id": into.id, "reason_ids": [Command.set((into | reasons).ids)]}
            )
        )
        return wizard.action_merge()

    # === STRATEGY === #

    def test_strategy_follows_from_what_both_sides_have_of_it(self):
        for customer, company, strategy in (
            ("irritating", "irritating", "eliminate"),
            ("irritating", "valuable", "streamline"),
            ("valuable", "irritating", "self_serve"),
            ("valuable", "valuable", "leverage"),
            ("valuable", False, False),
            (False, "irritating", False),
        ):
            with self.subTest(customer=customer, company=company):
                self.leaf.write({"value_customer": customer, "value_company": company})
                self.assertEqual(self.leaf.strategy, strategy)

    def test_strategy_is_overridden(self):
        self.leaf.write({"value_customer": "irritating", "value_company": "irritating"})
        self.leaf.strategy = "pre_empt"
        self.leaf.name = "Renamed"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.leaf.strategy, "pre_empt")
        self.assertTrue(self.Reason.search([("strategy", "=", "pre_empt")]) & self.leaf)

    # === THE TREE === #

    def test_only_leaves_are_chosen(self):
        complaint = self._create_complaint()
        with self.assertRaisesRegex(ValidationError, "Branch"):
            complaint.reason_id = self.branch
        complaint.reason_id = self.leaf
        self.assertNotIn(
            self.branch, self.Reason.search(self.Reason._get_leaf_domain())
        )
        self.leaf.active = False
        self.assertIn(self.branch, self.Reason.search(self.Reason._get_leaf_domain()))

    def test_reason_that_is_not_used_any_more_is_not_chosen(self):
        complaint = self._create_complaint(reason_id=self.leaf.id)
        self.leaf.active = False
        complaint.story = "Goes on as it was"
        with self.assertRaisesRegex(ValidationError, "not used any more"):
            self._create_complaint(reason_id=self.leaf.id)

    def test_no_cycle(self):
        with self.assertRaises(UserError):
            self.branch.parent_id = self.leaf

    @mute_logger("odoo.sql_db")
    def test_one_name_at_one_place(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.leaf.copy({"name": "Leaf"}).flush_recordset()

    def test_size_is_sane_or_said(self):
        leaves = self.Reason.search(self.Reason._get_leaf_domain())
        self.assertTrue(10 <= len(leaves) <= 60, "ours are as many as they should be")
        self.assertFalse(self.leaf.size_hint)
        more = self.Reason.create(
            [{"name": f"Reason {number}"} for number in range(61 - len(leaves))]
        )
        self.leaf.invalidate_recordset()
        self.assertIn("61", self.leaf.size_hint)
        more[0].active = False
        self.leaf.invalidate_recordset()
        self.assertFalse(self.leaf.size_hint)
        kept = self.branch | self.leaf | more[1:9]
        (self.Reason.search([]) - kept).active = False
        self.leaf.invalidate_recordset()
        self.assertIn("9", self.leaf.size_hint)

    def test_name_is_said_in_the_reader_s_language(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        chinese = self.leaf.with_context(lang="zh_TW")
        chinese.name = "葉"
        chinese.parent_id.name = "枝"
        self.assertEqual(chinese.display_name, "枝 / 葉")
        self.assertEqual(self.leaf.display_name, "Branch / Leaf")
        found = self.Reason.with_context(lang="zh_TW").name_search("枝")
        self.assertIn(self.leaf.id, dict(found))

    # === RIGHTS === #

    def test_rights(self):
        self.assertEqual(self.leaf.with_user(self.agent).display_name, "Branch / Leaf")
        with self.assertRaises(AccessError):
            self.leaf.with_user(self.agent).name = "Mine"
        with self.assertRaises(AccessError):
            self.leaf.with_user(self.salesperson).read(["name"])
        with self.assertRaises(AccessError):
            self._merge(self.reason, self.leaf, user=self.agent)

    def test_owner_works_here(self):
        self.leaf.owner_id = self.technician
        portal = self._create_user("portal", "base.group_portal")
        with self.assertRaises(ValidationError):
            self.leaf.owner_id = portal

    def test_counts_are_those_that_the_user_may_see(self):
        self._create_complaint(reason_id=self.leaf.id)
        self._create_complaint(
            self.manager, reason_id=self.leaf.id, is_confidential=True
        )
        self.env["crm.service.contact"].with_user(self.agent).create(
            [{"reason_id": self.leaf.id}] * 3
        )
        for user, complaints in ((self.agent, 1), (self.manager, 2)):
            seen = self.leaf.with_user(user)
            self.assertEqual(
                (seen.contact_count, seen.complaint_count), (3, complaints)
            )
            self.leaf.invalidate_recordset()
        action = self.leaf.action_view_contacts()
        self.assertEqual(
            self.env[action["res_model"]].search_count(action["domain"]), 3
        )

    # === MERGING === #

    def test_merge_takes_along_what_hangs_on_them(self):
        other = self.Reason.create({"name": "Other"})
        closed = self._create_complaint(reason_id=other.id)
        closed.action_withdraw("Has given up")
        company = self.env["res.company"].create({"name": "Elsewhere"})
        elsewhere = self._create_complaint(
            self.env.user,
            reason_id=other.id,
            company_id=company.id,
            team_id=False,
            user_id=False,
        )
        untouched = self._create_complaint(reason_id=self.reason.id)
        contact = (
            self.env["crm.service.contact"]
            .with_user(self.agent)
            .create({"reason_id": other.id, "state": "done"})
        )
        self._merge(self.leaf, other)
        self.assertEqual(contact.reason_id, self.leaf)
        self.assertEqual((closed | elsewhere).sudo().reason_id, self.leaf)
        self.assertEqual(untouched.reason_id, self.reason)
        self.assertFalse(other.active)
        self.assertTrue(self.leaf.active)

    def test_merge_joins_what_they_share(self):
        """A record that points to both of them points to one after it."""
        sections = self.env["crm.assessment.section"].search([], limit=1)
        other = self.Reason.create(
            {"name": "Other", "section_ids": [Command.set(sections.ids)]}
        )
        self.leaf.section_ids = sections
        self._merge(self.leaf, other)
        self.assertEqual(self.leaf.section_ids, sections)

    def test_merge_wants_leaves_that_are_in_use(self):
        other = self.Reason.create({"name": "Other"})
        with self.assertRaisesRegex(UserError, "Branch"):
            self._merge(self.leaf, self.branch)
        with self.assertRaisesRegex(UserError, "two"):
            self._merge(self.leaf, self.Reason)
        self._merge(self.leaf, other)
        with self.assertRaisesRegex(UserError, "not used any more"):
            self._merge(other, self.leaf)

    def test_merge_proposes_the_first_one(self):
        other = self.Reason.create({"name": "Other"})
        form = Form(
            self.env["crm.service.reason.merge"]
            .with_user(self.manager)
            .with_context(
                active_model="crm.service.reason", active_ids=(self.leaf | other).ids
            )
        )
        self.assertEqual(form.into_id, self.leaf)
        form.into_id = other
        form.save().action_merge()
        self.assertEqual((self.leaf.active, other.active), (False, True))
