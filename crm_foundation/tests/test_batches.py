from inspect import isfunction
from unittest.mock import patch

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.crm_batch_mixin import CrmBatchMixin

NO_ADDRESS = "There is no address."
LOGGER = "odoo.addons.crm_foundation.models.crm_batch_mixin"


@tagged("post_install", "-at_install")
class TestBatches(TransactionCase):
    """A job works through records: here contacts, which get the methods for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Partner = cls.env["res.partner"]
        for name, method in vars(CrmBatchMixin).items():
            if isfunction(method):
                cls.startClassPatcher(
                    patch.object(type(cls.Partner), name, method, create=True)
                )
        cls.partners = cls.Partner.create([{"name": name} for name in "ABCDE"])
        cls.domain = [("id", "in", cls.partners.ids)]

    def setUp(self):
        super().setUp()
        self.calls, self.progress = [], []
        self.seconds_left = 60

    def run_job(self, work, **options):
        """Let a job work; what it was called for and told is noted."""

        def method(records):
            self.calls.append("".join(records.mapped("name")))
            work(records)

        def commit_progress(_self, processed=0, *, remaining=None):
            self.progress.append((processed, remaining))
            return self.seconds_left

        with (
            patch.object(type(self.Partner), "_x_work", method, create=True),
            patch.object(
                self.env.registry["ir.cron"], "_commit_progress", commit_progress
            ),
        ):
            self.Partner._process_in_batches(self.domain, "_x_work", **options)

    def refs(self):
        return [ref or "" for ref in self.partners.mapped("ref")]

    def test_a_batch_at_a_time(self):
        self.run_job(lambda records: records.write({"ref": "x"}), batch_size=2)
        self.assertEqual(self.calls, ["AB", "CD", "E"])
        self.assertEqual(self.progress, [(2, 3), (2, 1), (1, 0)])
        self.assertEqual(self.refs(), ["x"] * 5)

    def test_nothing_to_do(self):
        self.domain = [("id", "=", 0)]
        self.run_job(self.fail)
        self.assertEqual((self.calls, self.progress), ([], []))

    def test_time_is_up(self):
        """The rest has its turn in the next run."""
        self.seconds_left = 0
        self.run_job(lambda records: records.write({"ref": "x"}), batch_size=2)
        self.assertEqual(self.calls, ["AB"])
        self.assertEqual(self.progress, [(2, 3)])

    def test_records_that_vanish(self):
        self.run_job(lambda records: self.partners.unlink(), batch_size=2)
        self.assertEqual(self.calls, ["AB"])

    def test_records_that_stay_in_the_domain_have_one_turn(self):
        self.run_job(lambda records: None, batch_size=1)
        self.assertEqual(self.calls, ["A", "B", "C", "D", "E"])

    def test_one_that_fails_stops_nobody(self):
        """What it did is undone, the others are done one by one."""

        def work(records):
            records.write({"ref": "x"})
            if "C" in records.mapped("name"):
                raise UserError(NO_ADDRESS)

        with self.assertLogs(LOGGER, "WARNING") as log:
            self.run_job(work)
        self.assertEqual(self.calls, ["ABCDE", "A", "B", "C", "D", "E"])
        self.assertEqual(self.refs(), ["x", "x", "", "x", "x"])
        self.assertEqual(len(log.records), 1)
        activity = self.partners.activity_ids
        self.assertEqual(activity.res_id, self.partners[2].id)
        self.assertEqual(activity.summary, "Not done automatically: please have a look")
        self.assertIn(NO_ADDRESS, activity.note)
        self.assertTrue(activity.automated)
        self.assertEqual(activity.user_id, self.env.ref("base.user_admin"))

    def test_said_once(self):
        def work(records):
            raise UserError(NO_ADDRESS)

        with mute_logger(LOGGER):
            self.run_job(work)
            self.run_job(work)
        self.assertEqual(len(self.partners.activity_ids), 5)
        self.partners[0].activity_ids.unlink()
        with mute_logger(LOGGER):
            self.run_job(work)
        self.assertEqual(len(self.partners[0].activity_ids), 1)

    def test_no_secrets_in_what_is_told(self):
        """An error that was not written for users is only named."""

        def work(records):
            raise ZeroDivisionError("the secret of D")

        self.domain = [("id", "=", self.partners[3].id)]
        with mute_logger(LOGGER):
            self.run_job(work)
        note = self.partners[3].activity_ids.note
        self.assertIn("an unexpected error (ZeroDivisionError)", note)
        self.assertNotIn("secret", note)

    def test_in_use_by_somebody_else(self):
        """It is tried once more behind the commit, and then by the next run."""
        for error in (UniqueViolation, SerializationFailure):
            for failures, ref in ((2, "x"), (3, "")):
                with self.subTest(error=error, failures=failures):
                    self.check_in_use(error, failures, ref)

    def check_in_use(self, error, failures, ref):
        """:param failures: how often B is in use: with the others, alone, once more"""
        self.calls, self.progress = [], []
        self.partners.write({"ref": False})
        left = failures

        def work(records):
            nonlocal left
            if "B" in records.mapped("name") and left:
                left -= 1
                raise error
            records.write({"ref": "x"})

        with self.assertNoLogs(LOGGER, "WARNING"):
            self.run_job(work)
        self.assertEqual(self.calls, ["ABCDE", "A", "B", "C", "D", "E", "B"])
        self.assertEqual(self.progress, [(5, 0), (0, None)])
        self.assertEqual(self.refs(), ["x", ref, "x", "x", "x"])
        self.assertFalse(self.partners.activity_ids)

    def test_who_hears_of_it(self):
        """Whose it is, else who made it, else the administrator: who is there."""
        admin = self.env.ref("base.user_admin")
        user = new_test_user(self.env, "batch_user", "base.group_user")
        maker = new_test_user(
            self.env, "batch_maker", "base.group_user,base.group_partner_manager"
        )
        portal = new_test_user(self.env, "batch_portal", "base.group_portal")
        made = self.Partner.with_user(maker).create({"name": "Made"}).sudo()
        for record, responsible, expected in (
            (self.partners[0], user, user),
            (self.partners[0], portal, admin),
            (self.partners[0], self.env["res.users"], admin),
            (made, user, user),
            (made, portal, maker),
            (made, self.env["res.users"], maker),
        ):
            with self.subTest(record=record, responsible=responsible.login):
                record.user_id = responsible
                self.assertEqual(record._get_job_responsible(), expected)
        made.user_id = user
        user.active = False
        self.assertEqual(made._get_job_responsible(), maker)
        maker.active = False
        self.assertEqual(made._get_job_responsible(), admin)
