import itertools
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tests import tagged

from ..tools.readiness import ReadinessRule
from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestReadiness(ReferralCommon):
    """What is shown for a customer and what a search finds are the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Partner = cls.env["res.partner"]
        names = ("ready", "open", "quiet", "over", "no", "no_open", "no_quiet")
        cls.partners = Partner.create([{"name": name} for name in names])
        cls.by_name = {partner.name: partner for partner in cls.partners}
        parent = Partner.create({"name": "Parent", "referral_do_not_ask": True})
        child = Partner.create({"name": "child", "parent_id": parent.id})
        archived = Partner.create(
            [{"name": "archived open"}, {"name": "archived quiet"}]
        )
        cls.partners |= parent | child | archived

        def ask(partner, **vals):
            return cls._create_referral(partner_id=partner.id, **vals)

        declined = {
            "outcome": "declined",
            "decline_reason_id": cls.decline_reason.id,
        }
        ask(cls.by_name["open"])
        ask(cls.by_name["quiet"], **declined)
        ask(cls.by_name["quiet"], outcome="cancelled")
        ask(cls.by_name["over"], closed_on="2025-06-01 00:00:00", **declined)
        ask(cls.by_name["no_open"])
        ask(cls.by_name["no_quiet"], **declined)
        ask(archived[0]).action_archive()
        ask(archived[1], **declined).action_archive()
        for name in ("no", "no_open", "no_quiet"):
            cls.by_name[name].referral_do_not_ask = True
        cls.expected = {
            "ready": "ready",
            "open": "open_request",
            "quiet": "quiet",
            "over": "ready",
            "no": "do_not_ask",
            "no_open": "do_not_ask",
            "no_quiet": "do_not_ask",
            "Parent": "do_not_ask",
            "child": "do_not_ask",
            "archived open": "ready",
            "archived quiet": "quiet",
        }

    def test_compute(self):
        for partner in self.partners.with_user(self.rep):
            with self.subTest(partner=partner.name):
                self.assertEqual(
                    partner.referral_readiness, self.expected[partner.name]
                )
                self.assertEqual(
                    bool(partner.referral_stop_note),
                    self.expected[partner.name] != "ready",
                )

    def test_search_agrees(self):
        codes = ("ready", "open_request", "quiet", "do_not_ask")
        searches = [(op, code) for code in codes for op in ("=", "!=")]
        searches += [
            ("in", ["ready", "quiet"]),
            ("not in", ["ready", "quiet"]),
            ("in", list(codes)),
            ("not in", list(codes)),
            ("=", False),
            ("!=", False),
        ]
        Partner = self.env["res.partner"].with_user(self.rep)
        for active_test in (True, False):
            for operator, value in searches:
                with self.subTest(operator=operator, value=value, active=active_test):
                    values = value if isinstance(value, list) else [value]
                    found = Partner.with_context(active_test=active_test).search(
                        [
                            ("id", "in", self.partners.ids),
                            ("referral_readiness", operator, value),
                        ]
                    )
                    self.assertEqual(
                        set(found.mapped("name")),
                        {
                            name
                            for name, code in self.expected.items()
                            if (code in values) == (operator in ("=", "in"))
                        },
                    )

    def test_depends_on_the_company(self):
        partner = self.by_name["quiet"].with_user(self.foreign_rep)
        self.assertEqual(partner.referral_readiness, "ready")
        found = partner.search(
            [("id", "=", partner.id), ("referral_readiness", "=", "ready")]
        )
        self.assertEqual(found, partner)

    def test_changes_with_the_request(self):
        partner = self.by_name["ready"].with_user(self.rep)
        self.assertEqual(partner.referral_readiness, "ready")
        referral = self._create_referral(partner_id=partner.id)
        self.assertEqual(partner.referral_readiness, "open_request")
        referral.action_decline(self.decline_reason.id)
        self.assertEqual(partner.referral_readiness, "quiet")
        partner.referral_do_not_ask = True
        self.assertEqual(partner.referral_readiness, "do_not_ask")

    def test_contact_that_is_not_saved_yet(self):
        partner = self.env["res.partner"].with_user(self.rep).new({"name": "New"})
        self.assertEqual(partner.referral_readiness, "ready")
        self.assertEqual(partner.referral_count, 0)


@tagged("post_install", "-at_install")
class TestReadinessOfOneList(ReferralCommon):
    """The search and the sentences know the same reasons, in the same order."""

    def test_codes(self):
        Partner = self.env["res.partner"]
        codes = list(Partner._get_readiness_domains())
        field = Partner._fields["referral_readiness"]
        self.assertEqual({"ready", *codes}, set(field.get_values(self.env)))
        self._create_referral().action_decline(self.decline_reason.id)
        self._create_referral(self.manager, override_reason="She called us")
        self.customer.referral_do_not_ask = True
        self.customer.sudo().loyalty_stage_id = self.env.ref(
            "crm_referral.crm_assessment_stage_at_risk"
        )
        blockers = self.customer._get_referral_blockers()[self.customer]
        self.assertEqual(list(blockers), codes)


@tagged("post_install", "-at_install")
class TestReasonOfAnotherAddon(ReferralCommon):
    """A reason is added in one place; lists, searches and the click all know it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Partner = cls.registry["res.partner"]
        rules_before = Partner._get_readiness_rules

        def rules_with_complaint(self, exclude_referrals=None):
            complaint = ReadinessRule(
                "Has a complaint",
                Domain("ref", "=", "complaint"),
                lambda names: {
                    partner: f"{name} has an open complaint."
                    for partner, name in names.items()
                    if name != "Silent"
                },
            )
            return {"complaint": complaint, **rules_before(self, exclude_referrals)}

        cls.startClassPatcher(
            patch.object(Partner, "_get_readiness_rules", rules_with_complaint)
        )
        cls.customer.ref = "complaint"

    def _find(self, user, code):
        return (
            self.env["res.partner"]
            .with_user(user)
            .search(
                [("id", "=", self.customer.id), ("referral_readiness", "=", code)],
            )
        )

    def test_it_is_shown_and_found(self):
        self.assertEqual(
            self.customer.fields_get(["referral_readiness"])["referral_readiness"][
                "selection"
            ],
            [
                ("ready", "May be asked"),
                ("complaint", "Has a complaint"),
                ("do_not_ask", "Do not ask"),
                ("open_request", "Being asked"),
                ("endangered", "Loyalty endangered"),
                ("quiet", "Quiet period"),
            ],
        )
        customer = self.customer.with_user(self.rep)
        self.assertEqual(customer.referral_readiness, "complaint")
        self.assertEqual(
            customer.referral_readiness_note, "Ann Archer has an open complaint."
        )
        self.assertFalse(self._find(self.rep, "ready"))
        self.assertTrue(self._find(self.rep, "complaint"))

    def test_the_weightiest_reason_is_shown(self):
        self.customer.referral_do_not_ask = True
        customer = self.customer.with_user(self.rep)
        self.assertEqual(customer.referral_readiness, "complaint")
        self.assertFalse(self._find(self.rep, "do_not_ask"))
        self.assertEqual(
            list(customer._get_referral_blockers()[customer]),
            ["complaint", "do_not_ask"],
        )

    def test_it_refuses(self):
        with self.assertRaisesRegex(UserError, "Ann Archer has an open complaint."):
            self._create_referral()
        action = self.customer.with_user(self.rep).action_ask_referral()
        self.assertEqual(action["res_model"], "crm.referral.override")

    def test_it_can_be_overridden(self):
        referral = self._create_referral(self.manager, override_reason="She called")
        self.assertIn("has an open complaint", self._get_chatter(referral))

    def test_no_sentence_is_no_way_around(self):
        self.customer.name = "Silent"
        with self.assertRaisesRegex(UserError, "Has a complaint"):
            self._create_referral()
        self.customer.ref = False
        self.assertTrue(self._create_referral())


@tagged("post_install", "-at_install")
class TestReadinessWalk(ReferralCommon):
    """Every mixture of what speaks against asking, seen by everybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        mixtures = list(itertools.product((False, True), repeat=6))
        cls.partners = cls.env["res.partner"].create(
            [
                {"name": "".join(str(int(each)) for each in mixture)}
                for mixture in mixtures
            ]
        )
        Referral = cls.env["crm.referral"]
        soon = {"company_id": cls.company.id, "next_ask_date": "2026-03-03"}
        for partner, mixture in zip(cls.partners, mixtures, strict=True):
            do_not_ask, of_company, being_asked, archived, quiet, abroad = mixture
            if of_company:
                partner.parent_id = cls.env["res.partner"].create(
                    {
                        "name": f"Company of {partner.name}",
                        "is_company": True,
                        "company_id": cls.company.id,
                    }
                )
            if being_asked:
                referral = Referral.create({"partner_id": partner.id})
                if archived:
                    referral.action_archive()
            if quiet:
                cls.env["crm.referral.quiet"].create({**soon, "partner_id": partner.id})
            if abroad:
                Referral.with_company(cls.other_company).create(
                    {"partner_id": partner.id, "company_id": cls.other_company.id}
                )
            partner.referral_do_not_ask = do_not_ask
            partner.parent_id.referral_do_not_ask = of_company
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _get_expected(self, name, is_abroad):
        no, company, asked, archived, quiet, abroad = (each == "1" for each in name)
        if no or company:
            return "do_not_ask"
        if abroad if is_abroad else asked and not archived:
            return "open_request"
        # Who was asked in an archived request has not been asked yet.
        return "quiet" if quiet and not is_abroad else "ready"

    def test_list_search_and_click_agree(self):
        for user in (self.rep, self.manager, self.foreign_rep):
            self.env.invalidate_all()
            partners = self.partners.with_user(user)
            expected = partners.grouped(
                lambda p, abroad=user == self.foreign_rep: self._get_expected(
                    p.name, abroad
                )
            )
            blockers = partners._get_referral_blockers()
            for code in ("ready", "do_not_ask", "open_request", "quiet"):
                with self.subTest(user=user.login, code=code):
                    wanted = expected.get(code, partners.browse())
                    shown = partners.filtered(
                        lambda p, code=code: p.referral_readiness == code
                    )
                    found = partners.search(
                        [
                            ("id", "in", partners.ids),
                            ("referral_readiness", "=", code),
                        ]
                    )
                    refused = partners.filtered(
                        lambda p, code=code, blockers=blockers: (
                            next(iter(blockers[p]), "ready") == code
                        )
                    )
                    self.assertEqual(shown, wanted)
                    self.assertEqual(found.sorted("id"), wanted)
                    self.assertEqual(refused, wanted)
            self.assertEqual("quiet" in expected, user != self.foreign_rep)
