from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import ReferralCase, ReferralCommon

OPERATIONS = ("read", "write", "create", "unlink")
# What each role may do at all; record rules narrow it further.
MATRIX = {
    "crm.referral": {"rep": "rwc", "all_documents": "rwc", "manager": "rwcu"},
    "crm.referral.ask": {"rep": "rw", "all_documents": "rw", "manager": "rwu"},
    "crm.referral.benefit": {"rep": "rwc", "all_documents": "rwc", "manager": "rwcu"},
    "crm.referral.candidate": {
        "rep": "rwcu",
        "all_documents": "rwcu",
        "manager": "rwcu",
    },
    "crm.referral.prepared": {
        "rep": "rwcu",
        "all_documents": "rwcu",
        "manager": "rwcu",
    },
    "crm.referral.acquaintance.dismissal": {"manager": "ru"},
    "crm.referral.step": {"rep": "r", "all_documents": "r", "manager": "rw"},
    "crm.referral.news": {"rep": "r", "all_documents": "r", "manager": "r"},
    "crm.referral.step.log": {"rep": "r", "all_documents": "r", "manager": "r"},
    "crm.referral.motive": {"rep": "r", "all_documents": "r", "manager": "rwcu"},
    "crm.referral.decline.reason": {
        "rep": "r",
        "all_documents": "r",
        "manager": "rwcu",
    },
    "crm.referral.objection": {"manager": "r"},
    "crm.referral.objection.key": {},
    "crm.referral.data.sheet": {"manager": "rwc"},
    "crm.referral.objection.withdraw": {"manager": "rwc"},
    "crm.referral.candidate.erase": {"manager": "rwc"},
    "crm.referral.candidate.object": {
        "rep": "rwc",
        "all_documents": "rwc",
        "manager": "rwc",
    },
    "crm.referral.quiet": {},
    "crm.referral.referrer": {},
    "crm.referral.readiness": {},
    "crm.referral.readiness.queue": {},
    "crm.referral.readiness.rule": {"manager": "rw"},
    "crm.referral.ask.again": {"manager": "rwc"},
    "crm.referral.decline": {"rep": "rwc", "all_documents": "rwc", "manager": "rwc"},
    "crm.referral.finish": {"rep": "rwc", "all_documents": "rwc", "manager": "rwc"},
    "crm.referral.override": {"rep": "rwc", "all_documents": "rwc", "manager": "rwc"},
    "crm.referral.claim": {"rep": "rc", "all_documents": "rc", "manager": "rc"},
    "crm.referral.claim.decide": {"manager": "rwc"},
    "crm.referral.reciprocity": {
        "rep": "rwc",
        "all_documents": "rwc",
        "manager": "rwcu",
    },
    "crm.referral.candidate.convert": {
        "rep": "rwc",
        "all_documents": "rwc",
        "manager": "rwc",
    },
    "crm.referral.report": {"rep": "r", "all_documents": "r", "manager": "r"},
    "crm.referral.export": {"rep": "rwc", "all_documents": "rwc", "manager": "rwc"},
    "crm.referral.export.sheet": {"rep": "r", "all_documents": "r", "manager": "rw"},
    "crm.referral.report.schedule": {"manager": "rwcu"},
    "crm.referral.report.schedule.run": {"manager": "r"},
}
ROLES = ("rep", "all_documents", "manager", "employee", "portal", "public")


@tagged("post_install", "-at_install")
class TestAccessMatrix(ReferralCommon):
    """Every role, every model, every operation."""

    def test_every_model_is_in_the_matrix(self):
        ours = {
            name
            for name, model in self.registry.items()
            if name.startswith("crm.referral")
            and not model._abstract
            and model._original_module == "crm_referral"
        }
        self.assertEqual(ours, set(MATRIX))

    def test_matrix(self):
        for model, by_role in MATRIX.items():
            for role in ROLES:
                allowed = by_role.get(role, "")
                for operation in OPERATIONS:
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(
                            self.env[model]
                            .with_user(getattr(self, role))
                            .has_access(operation),
                            operation[0] in allowed,
                        )

    def test_matrix_in_deed(self):
        """The same with records: what may not be read or deleted raises."""
        referral = self._create_referral()
        candidate = self._create_candidate(referral, email="bob@example.com")
        self.env["crm.referral.objection"]._record(["x@example.com"])
        records = {
            "crm.referral": referral,
            "crm.referral.candidate": candidate,
            "crm.referral.benefit": self._create_benefit(),
            "crm.referral.prepared": self._create_prepared(referral),
            "crm.referral.step": self.step["benefits"],
            "crm.referral.step.log": referral.step_log_ids,
            "crm.referral.motive": self.motive,
            "crm.referral.decline.reason": self.decline_reason,
            "crm.referral.objection": self.env["crm.referral.objection"].search([]),
        }
        for model, record in records.items():
            self.assertTrue(record, model)
            for role in ("employee", "portal", "public"):
                as_role = record.with_user(getattr(self, role))
                with self.subTest(model=model, role=role):
                    with self.assertRaises(AccessError):
                        as_role.read(["display_name"])
                    with self.assertRaises(AccessError):
                        as_role.search([])
                    with self.assertRaises(AccessError):
                        as_role.unlink()

    def test_nobody_writes_step_log_or_objections(self):
        referral = self._create_referral()
        log = referral.step_log_ids
        for user in (self.rep, self.manager, self.env.ref("base.user_admin")):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    log.with_user(user).write({"outcome": "skipped"})
                with self.assertRaises(AccessError):
                    log.with_user(user).unlink()
                with self.assertRaises(AccessError):
                    referral.with_user(user).write(
                        {"step_log_ids": [Command.update(log.id, {"reason": "x"})]}
                    )
                with self.assertRaises(AccessError):
                    self.env["crm.referral.objection"].with_user(user).create(
                        {"contact_hash": "0" * 64}
                    )
                with self.assertRaises(AccessError):
                    self.env["crm.referral.objection"].with_user(user).search(
                        [("contact_hash", "!=", False)]
                    )


@tagged("post_install", "-at_install")
class TestRecordRules(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].create(
            [{"name": name} for name in ("own", "unassigned", "theirs", "foreign")]
        )

        def create(partner, user, **vals):
            referral = cls._create_referral(user, partner_id=partner.id, **vals)
            cls._create_candidate(referral, name=partner.name)
            cls._create_benefit(
                partner, name=partner.name, company_id=referral.company_id.id
            )
            return referral

        own, unassigned, theirs, foreign = cls.partners
        create(own, cls.rep)
        create(unassigned, cls.rep, user_id=False)
        create(theirs, cls.colleague)
        create(foreign, cls.foreign_rep, company_id=cls.other_company.id)

    def _get_visible(self, model, user, fname):
        records = self.env[model].with_user(user).search([])
        return {
            name
            for name in records.mapped(fname)
            if name in self.partners.mapped("name")
        }

    def test_who_sees_what(self):
        here = {"own", "unassigned", "theirs"}
        for model, fname in (
            ("crm.referral", "partner_id.name"),
            ("crm.referral.candidate", "name"),
            ("crm.referral.step.log", "referral_id.partner_id.name"),
        ):
            for user, names in (
                (self.rep, {"own", "unassigned"}),
                (self.colleague, {"unassigned", "theirs"}),
                (self.all_documents, here),
                (self.manager, here),
                (self.foreign_rep, {"foreign"}),
                (self.foreign_manager, {"foreign"}),
            ):
                with self.subTest(model=model, user=user.login):
                    self.assertEqual(self._get_visible(model, user, fname), names)

    def test_benefits_belong_to_the_customer_not_to_a_rep(self):
        for user, names in (
            (self.rep, {"own", "unassigned", "theirs"}),
            (self.foreign_rep, {"foreign"}),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(
                    self._get_visible("crm.referral.benefit", user, "name"), names
                )

    def test_writing_follows_reading(self):
        Referral = self.env["crm.referral"]
        for partner in self.partners:
            referral = Referral.search([("partner_id", "=", partner.id)])
            for user, names in (
                (self.rep, {"own", "unassigned"}),
                (self.all_documents, {"own", "unassigned", "theirs"}),
                (self.foreign_manager, {"foreign"}),
            ):
                with self.subTest(partner=partner.name, user=user.login):
                    as_user = referral.with_user(user)
                    if partner.name in names:
                        as_user.priority = "1"
                        as_user.candidate_ids.customer_answer = "Yes"
                    else:
                        for call in (
                            lambda: as_user.write({"priority": "1"}),  # noqa: B023
                            as_user.action_cancel,
                            as_user.action_next_step,
                            as_user.action_previous_step,
                            lambda: as_user.action_skip_step("Why"),  # noqa: B023
                            lambda: as_user.read(["challenge"]),  # noqa: B023
                        ):
                            with self.assertRaises(AccessError):
                                call()

    def test_sharing_a_company_shares_its_requests(self):
        self.manager.company_ids += self.other_company
        Referral = (
            self.env["crm.referral"]
            .with_user(self.manager)
            .with_context(allowed_company_ids=[self.company.id, self.other_company.id])
        )
        self.assertEqual(
            set(Referral.search([]).mapped("partner_id.name"))
            & set(self.partners.mapped("name")),
            set(self.partners.mapped("name")),
        )

    def test_records_of_two_companies_do_not_mix(self):
        referral = self.env["crm.referral"].search(
            [("partner_id", "=", self.partners[0].id)]
        )
        lead = self.env["crm.lead"].create(
            {
                "name": "Foreign",
                "company_id": self.other_company.id,
                "user_id": False,
                "team_id": False,
            }
        )
        with self.assertRaises(UserError):
            referral.candidate_ids.lead_id = lead
        with self.assertRaises(UserError):
            referral.user_id = self.foreign_rep

    def test_wizards_are_private(self):
        referral = self.env["crm.referral"].search(
            [("partner_id", "=", self.partners[1].id)]
        )
        wizards = (
            self.env["crm.guided.conversation.skip"]
            .with_user(self.rep)
            .create(
                {"res_model": "crm.referral", "res_ids": referral.ids, "reason": "x"}
            ),
            self.env["crm.guided.conversation.reopen"]
            .with_user(self.rep)
            .create(
                {"res_model": "crm.referral", "res_ids": referral.ids, "reason": "x"}
            ),
            self.env["crm.referral.decline"]
            .with_user(self.rep)
            .create(
                {"referral_ids": referral.ids, "reason_id": self.decline_reason.id}
            ),
            self.env["crm.referral.override"]
            .with_user(self.rep)
            .create({"partner_id": self.customer.id}),
            self.env["crm.referral.candidate.convert"]
            .with_user(self.rep)
            .create({"candidate_id": referral.candidate_ids.id}),
        )
        for wizard in wizards:
            with self.subTest(wizard=wizard._name):
                as_colleague = wizard.with_user(self.colleague)
                self.assertNotIn(wizard, as_colleague.search([]))
                with self.assertRaises(AccessError):
                    as_colleague.read(["create_uid"])
                with self.assertRaises(AccessError):
                    wizard.with_user(self.manager).write({"create_uid": 1})

    def test_wizards_do_not_reach_further_than_their_user(self):
        theirs = self.env["crm.referral"].search(
            [("partner_id", "=", self.partners[2].id)]
        )
        for wizard in ("skip", "reopen"):
            Wizard = self.env[f"crm.guided.conversation.{wizard}"].with_user(self.rep)
            with self.subTest(wizard=wizard), self.assertRaises(AccessError):
                Wizard.create(
                    {
                        "res_model": "crm.referral",
                        "res_ids": theirs.ids,
                        "reason": "Not mine",
                    }
                ).action_apply()
        decline = self.env["crm.referral.decline"].with_user(self.rep)
        with self.assertRaises(AccessError):
            decline.create(
                {"referral_ids": theirs.ids, "reason_id": self.decline_reason.id}
            ).action_apply()
        convert = self.env["crm.referral.candidate.convert"].with_user(self.rep)
        with self.assertRaises(AccessError):
            convert.create({"candidate_id": theirs.candidate_ids.id}).action_create()
        self.assertFalse(theirs.outcome)
        self.assertEqual(theirs.step_code, "benefits")

    def test_settings(self):
        Settings = self.env["res.config.settings"]
        with self.assertRaises(AccessError):
            Settings.with_user(self.manager).create({"referral_quiet_days": 0})
        settings = Settings.create(
            {"referral_quiet_days": 30, "referral_retention_days": 60}
        )
        settings.execute()
        self.assertEqual(self.company.referral_quiet_days, 30)
        self.assertEqual(self.company.referral_retention_days, 60)
        self.assertEqual(self.other_company.referral_quiet_days, 90)


@tagged("post_install", "-at_install")
class TestAccessRpc(HttpCase, ReferralCase):
    """The same from outside, as a script of somebody who is logged in."""

    def _call(self, model, method, args=(), **kwargs):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(args), "kwargs": kwargs},
        )

    @mute_logger("odoo.http")
    def _assert_refused(self, *args, **kwargs):
        with self.assertRaisesRegex(JsonRpcException, "AccessError"):
            self._call(*args, **kwargs)

    def test_request_of_another_company(self):
        referral = self._create_referral(challenge="Secret")
        candidate = self._create_candidate(referral)
        for user in (self.foreign_rep, self.foreign_manager):
            self.authenticate(user.login, user.login)
            with self.subTest(user=user.login):
                self._assert_refused(
                    "crm.referral", "read", [referral.ids, ["challenge"]]
                )
                self._assert_refused(
                    "crm.referral",
                    "web_read",
                    [referral.ids],
                    specification={"partner_id": {"fields": {"name": {}}}},
                )
                self._assert_refused("crm.referral.candidate", "read", [candidate.ids])
                self._assert_refused(
                    "crm.referral", "write", [referral.ids, {"priority": "1"}]
                )
                self._assert_refused("crm.referral", "action_cancel", [referral.ids])
                # asking for the company in the context opens no door either
                self._assert_refused(
                    "crm.referral",
                    "read",
                    [referral.ids, ["challenge"]],
                    context={"allowed_company_ids": self.company.ids},
                )
                self.assertFalse(
                    self._call(
                        "crm.referral", "search_read", [[("id", "=", referral.id)]]
                    )
                )

    def test_portal_gets_nothing(self):
        referral = self._create_referral()
        self.authenticate(self.portal.login, self.portal.login)
        for model in MATRIX:
            with self.subTest(model=model):
                self._assert_refused(model, "search_read", [[]])
        self._assert_refused("crm.referral", "action_next_step", [referral.ids])
        self._assert_refused("res.partner", "action_ask_referral", [self.customer.ids])

    def test_private_methods(self):
        candidate = self._create_candidate(self._create_referral())
        self.authenticate(self.rep.login, self.rep.login)
        for model, method, args in (
            ("crm.referral.candidate", "_erase", [candidate.ids]),
            ("crm.referral.candidate", "_convert", [candidate.ids]),
            ("crm.referral.candidate", "_cron_erase", []),
            ("crm.referral.candidate", "_find_duplicate_leads", [candidate.ids, True]),
            ("crm.referral.objection", "_record", [["x@example.com"]]),
            ("crm.referral.objection", "_find", [["x@example.com"]]),
            ("res.partner", "_set_referrer", [self.customer.ids, False]),
            ("mail.activity", "_schedule_batch", ["x", {}]),
        ):
            with self.subTest(method=method):
                self._assert_refused(model, method, args)
        self.assertEqual(candidate.name, "Bob Builder")

    @mute_logger("odoo.http")
    def test_override_reason_of_a_rep(self):
        self.customer.referral_do_not_ask = True
        self.authenticate(self.rep.login, self.rep.login)
        with self.assertRaisesRegex(JsonRpcException, "UserError"):
            self._call(
                "crm.referral",
                "create",
                [
                    {
                        "partner_id": self.customer.id,
                        "override_reason": "I may",
                        "can_override": True,
                    }
                ],
            )
        self.assertFalse(
            self.env["crm.referral"].search([("partner_id", "=", self.customer.id)])
        )

    @mute_logger("odoo.http")
    def test_quiet_period_is_not_a_matter_of_writing(self):
        """Whoever writes the readonly date does not shorten the quiet period."""
        referral = self._create_referral()
        referral.action_decline(self.decline_reason.id)
        for user in (self.rep, self.manager):
            self.authenticate(user.login, user.login)
            for fname in ("next_ask_date", "closed_on"):
                with self.subTest(user=user.login, field=fname):
                    self._assert_refused(
                        "crm.referral", "write", [referral.ids, {fname: "2000-01-01"}]
                    )
        with self.assertRaisesRegex(UserError, "quiet period"):
            self._create_referral()
