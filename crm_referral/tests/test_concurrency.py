from datetime import timedelta
from functools import partial

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .concurrency import ConcurrencyCase


@tagged("post_install", "-at_install")
class TestConcurrency(ConcurrencyCase):
    """Two people at once, with requests, rounds and what is sent about them."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            self.partner_id = env["res.partner"].create({"name": "Busy Customer"}).id
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        with self._transaction() as env:
            partner = env["res.partner"].browse(self.partner_id)
            env["crm.referral"].search([("partner_id", "=", partner.id)]).unlink()
            self._get_rounds(env).unlink()
            env["crm.referral.benefit"].search(
                [("partner_id", "=", partner.id)]
            ).unlink()
            partner.unlink()

    def _get_referrals(self, env):
        return env["crm.referral"].search([("partner_id", "=", self.partner_id)])

    def _get_rounds(self, env):
        return env["crm.assessment.round"].search(
            [("partner_id", "=", self.partner_id)]
        )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_ask_the_same_customer(self):
        result = self._race(
            lambda env: env["res.partner"].browse(self.partner_id).action_ask_referral()
        )
        self.assertIsInstance(result, ValidationError)
        self.assertIn("already has an open referral request", str(result))
        with self._transaction() as env:
            self.assertEqual(len(self._get_referrals(env)), 1)
            self.assertEqual(len(self._get_referrals(env).step_log_ids), 1)
            self.assertEqual(len(self._get_referrals(env).activity_ids), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_move_the_same_request(self):
        with self._transaction() as env:
            referral = env["crm.referral"].create({"partner_id": self.partner_id})
            referral.benefit_ids = env["crm.referral.benefit"].create(
                {"partner_id": self.partner_id, "name": "Fast", "confirmed": True}
            )
        result = self._race(lambda env: self._get_referrals(env).action_next_step())
        self.assertIsInstance(result, UserError)
        self.assertIn("not finished yet", str(result))
        with self._transaction() as env:
            referral = self._get_referrals(env)
            self.assertEqual(
                [(log.step_id.code, log.outcome) for log in referral.step_log_ids],
                [("benefits", "done"), ("profile", False)],
            )
            self.assertEqual(referral.activity_ids.mapped("summary"), ["Profile"])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_start_a_round_with_the_same_customer(self):
        """One asks; the other is told so, and then lands on the same round."""

        def send(env):
            admin = env.ref("base.user_admin")
            env["crm.assessment.round"].create(
                {"partner_id": self.partner_id, "user_id": admin.id}
            )._start()

        result = self._race(send)
        self.assertIsInstance(result, ValidationError)
        self.assertIn("is being asked already", str(result))
        with self._transaction() as env:
            round_ = self._get_rounds(env)
            self.assertEqual(len(round_), 1)
            self.assertTrue(round_._search_assessments())
            partner = env["res.partner"].browse(self.partner_id)
            self.assertEqual(partner.action_start_pride_round()["res_id"], round_.id)

    def test_a_visit_counts_when_the_page_fails(self):
        """Who tries wrong links is counted, whatever becomes of the request."""
        domain = [("create_date", ">", fields.Datetime.now() - timedelta(minutes=1))]
        with self._transaction() as env:
            before = env["crm.personal.link.visit"].search(domain)
        with self.assertRaises(ZeroDivisionError), self._transaction() as env:
            env["crm.personal.link.visit"]._admit("wrong_link", "192.0.2.1", 5)
            raise ZeroDivisionError
        with self._transaction() as env:
            Visit = env["crm.personal.link.visit"]
            visits = Visit.search(domain) - before.with_env(env)
            count = len(visits)
            visits.unlink()
        self.assertEqual(count, 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_end_the_same_request(self):
        with self._transaction() as env:
            env["crm.referral"].create({"partner_id": self.partner_id})
        result = self._race(lambda env: self._get_referrals(env).action_cancel())
        self.assertIsInstance(result, UserError)
        self.assertIn("has ended", str(result))
        with self._transaction() as env:
            self.assertEqual(
                self._get_referrals(env).step_log_ids.mapped("outcome"), ["ended"]
            )

    def _schedule_report(self):
        """:return: a run that is ready to be sent to the administrator."""
        with self._transaction() as env:
            sheet = env.ref("crm_referral.export_sheet_about")
            admin = env.ref("base.user_admin")
            admin_groups, admin_email = admin.group_ids, admin.email
            admin.email = "admin@ours.example.com"
            admin.group_ids += env.ref("sales_team.group_sale_manager")
            schedule = env["crm.referral.report.schedule"].create(
                {
                    "name": "Race",
                    "user_ids": [Command.set(admin.ids)],
                    "company_id": admin.company_id.id,
                    "sheet_ids": [Command.set(sheet.ids)],
                    "next_date": fields.Date.today() + timedelta(days=9),
                }
            )
            run = schedule._prepare_runs(fields.Date.today(), schedule.user_ids)

        def clean_up():
            with self._transaction() as env:
                exports = env["crm.referral.export"].search([("name", "like", "Race:")])
                self._get_report_messages(env).unlink()
                exports.attachment_id.unlink()
                exports.unlink()
                env["crm.referral.report.schedule"].browse(schedule.ids).unlink()
                env["res.users"].browse(admin.ids).write(
                    {
                        "email": admin_email,
                        "group_ids": [Command.set(admin_groups.ids)],
                    }
                )

        self.addCleanup(clean_up)
        return run

    def _get_report_messages(self, env):
        return env["mail.message"].search(
            [
                ("model", "=", "crm.referral.export"),
                ("subject", "like", "Race:"),
            ]
        )

    @mute_logger(
        "odoo.sql_db",
        "odoo.service.model",
        "odoo.addons.crm_referral.models.crm_referral_report_schedule_run",
    )
    def test_report_on_schedule_is_sent_once(self):
        """One is killed after sending, before it is noted; then two send at once."""
        run = self._schedule_report()

        def send(env):
            env["crm.referral.report.schedule.run"].browse(run.ids)._send()

        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            send(env)
            self.assertEqual(len(self._get_report_messages(env)), 1)
            cr.rollback()
        with self._transaction() as env:
            self.assertFalse(self._get_report_messages(env))
        result = self._race(
            lambda env: env["crm.referral.report.schedule"]._cron_send(), send
        )
        self.assertIsNone(result)
        with self._transaction() as env:
            self.assertEqual(len(self._get_report_messages(env)), 1)
            sent = env["crm.referral.report.schedule.run"].browse(run.ids)
            # The mail waits for its server: what becomes of it is tested elsewhere.
            self.assertEqual((sent.state, sent.attempt_count), ("sending", 1))

    @mute_logger("odoo.sql_db")
    def test_night_job_while_somebody_follows(self):
        """Next steps are scheduled for all, though one of the requests is in use."""
        with self._transaction() as env:
            user = env.ref("base.user_admin")
            others = env["res.partner"].create([{"name": "B"}, {"name": "C"}])
            requests = env["crm.referral"].create(
                [
                    {"partner_id": partner_id, "user_id": user.id}
                    for partner_id in [self.partner_id, *others.ids]
                ]
            )
            requests.activity_ids.unlink()
            requests.message_unsubscribe(user.partner_id.ids)

        def clean_up():
            with self._transaction() as env:
                env["crm.referral"].browse(requests.ids).unlink()
                env["res.partner"].browse(others.ids).unlink()

        self.addCleanup(clean_up)

        def follow(env):
            request = env["crm.referral"].browse(requests.ids[1])
            request.message_subscribe(env.ref("base.user_admin").partner_id.ids)

        result = self._race(
            lambda env: env["crm.referral"]._cron_ensure_step_activity(), follow
        )
        self.assertIsNone(result)
        with self._transaction() as env:
            requests = env["crm.referral"].browse(requests.ids)
            self.assertEqual([len(each.activity_ids) for each in requests], [1, 1, 1])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_tell_the_referrer(self):
        with self._transaction() as env:
            env["res.partner"].browse(self.partner_id).action_ask_referral()
            candidate = env["crm.referral.candidate"].create(
                {
                    "referral_id": self._get_referrals(env).id,
                    "name": "Bob Builder",
                    "state": "introduced",
                    "introduced_on": fields.Date.today(),
                }
            )

        def tell(env):
            record = candidate.with_env(env).with_context(
                referral_news_kind="introduced"
            )
            return record.message_post(body="Thank you!").id

        result = self._race(tell)
        self.assertIsInstance(result, UserError)
        self.assertIn("told already", str(result))
        with self._transaction() as env:
            [news] = candidate.with_env(env).news_ids
            self.assertEqual(news.state, "sent")
            told = env["mail.message"].search(
                [
                    ("model", "=", candidate._name),
                    ("res_id", "=", candidate.id),
                    ("body", "like", "Thank you!"),
                ]
            )
            self.assertEqual(told, news.message_id)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_make_a_loop_of_referrers(self):
        """One says that Ann referred Bob, the other that Bob referred Ann; also with
        somebody between.
        """
        Partner = "res.partner"
        with self._transaction() as env:
            people = env[Partner].create([{"name": name} for name in "abc"])
        self.addCleanup(self._delete, Partner, people.ids)
        a, b, c = people.ids
        for between in (False, True):
            with self._transaction() as env:
                env[Partner].browse(people.ids).referrer_id = False
                if between:
                    env[Partner].browse(c).referrer_id = a

            def refer(env, customer, referrer):
                env[Partner].browse(customer).referrer_id = referrer
                env.flush_all()

            result = self._race(
                partial(refer, customer=a, referrer=b),
                first=partial(refer, customer=b, referrer=c if between else a),
            )
            self.assertIsInstance(result, ValidationError, between)
            with self._transaction() as env:
                people = env[Partner].browse(people.ids)
                self.assertFalse(people[0].referrer_id)
                self.assertFalse(people._has_cycle("referrer_id"))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_loop_of_referrers_and_a_merge(self):
        """One merges two customers, the other makes the merged one their own referrer's
        referrer.
        """
        Partner = "res.partner"
        with self._transaction() as env:
            people = env[Partner].create([{"name": name} for name in "abc"])
            people[2].referrer_id = people[0]
        self.addCleanup(self._delete, Partner, people.ids)
        source, target, referred = people.ids

        def merge(env):
            env["base.partner.merge.automatic.wizard"]._merge(
                [source, target], env[Partner].browse(target)
            )

        def refer(env):
            env[Partner].browse(target).referrer_id = referred
            env.flush_all()

        result = self._race(refer, first=merge)
        self.assertIsInstance(result, ValidationError)
        with self._transaction() as env:
            merged = env[Partner].browse(target)
            self.assertEqual(env[Partner].browse(referred).referrer_id, merged)
            self.assertFalse(merged.referrer_id)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_record_the_same_objection(self):
        """Both candidates are stopped, and the person is remembered once."""
        with self._transaction() as env:
            referral = env["crm.referral"].create({"partner_id": self.partner_id})
            candidate = env["crm.referral.candidate"].create(
                {
                    "referral_id": referral.id,
                    "name": "Bob",
                    "email": "bob@concurrency.example.com",
                }
            )
        result = self._race(
            lambda env: env[candidate._name].browse(candidate.id).action_object()
        )
        self.assertTrue(result is True or isinstance(result, UserError), result)
        with self._transaction() as env:
            self.assertEqual(
                env[candidate._name].browse(candidate.id).state, "objected"
            )
            Objection = env["crm.referral.objection"]
            hashes = Objection._hash_contacts(["bob@concurrency.example.com"])
            found = Objection.search([("contact_hash", "in", list(hashes))])
            self.assertEqual(len(found), 1)
            found.unlink()
