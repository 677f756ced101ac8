from odoo.tests import tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestRisk(ReferralCommon):
    """What asks for a closer look, with plain reasons; nothing is refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.archers = cls.env["res.partner"].create(
            {"name": "Archers Ltd", "is_company": True, "vat": "TW 12345675"}
        )
        cls.customer.write({"parent_id": cls.archers.id, "phone": "+886 2 2345 6789"})
        cls.referral = cls._create_referral()

    def _name(self, **vals):
        return self._create_candidate(self.referral, **vals)

    def _get_codes(self, records):
        return [flag["code"] for flag in records._get_risk_flags()[records]]

    def _get_reasons(self, records):
        return [flag["reason"] for flag in records._get_risk_flags()[records]]

    def test_nothing(self):
        bob = self._name(email="bob@builders.example", partner_name="Builders")
        self.assertEqual(bob._get_risk_flags(), {bob: []})
        self.assertFalse(bob.referral_risk_note)
        self.assertFalse(bob.has_referral_risk)
        position = self._name(name=False, function="Head of finance")
        self.assertEqual(self._get_codes(position), [])

    def test_named_themselves(self):
        for vals in (
            {"name": "Somebody", "email": "Ann <ANN@customer.example.com>"},
            {"name": "ann archer", "phone": "02 2345 6789"},
        ):
            with self.subTest(**vals):
                self.assertEqual(self._get_codes(self._name(**vals)), ["self"])
        lead = self.env["crm.lead"].create(
            {
                "name": "Herself",
                "referrer_id": self.customer.id,
                "partner_id": self.customer.id,
            }
        )
        self.assertIn("self", self._get_codes(lead))
        self.assertNotIn("own_company", self._get_codes(lead))

    def test_own_company(self):
        expected = {
            "Their e-mail address is of the referrer's company.": {
                "email": "bob@customer.example.com"
            },
            "They have the same phone number as the referrer.": {
                "phone": "+886223456789"
            },
            "Their organization is called like the referrer's.": {
                "partner_name": " archers LTD"
            },
        }
        for reason, vals in expected.items():
            with self.subTest(reason):
                self.assertEqual(self._get_reasons(self._name(**vals)), [reason])
        extension = self._name(phone="+886223456789 #12")
        self.assertEqual(self._get_codes(extension), [], "another person")

    def test_own_company_of_a_lead(self):
        colleague, same_vat, other = self.env["res.partner"].create(
            [
                {"name": "Cleo", "parent_id": self.archers.id},
                {"name": "Archers Branch", "is_company": True, "vat": "TW12345675"},
                {"name": "Other"},
            ]
        )
        for partner, reason in (
            (colleague, ["They belong to the referrer's own company."]),
            (same_vat, ["They have the same tax ID as the referrer's company."]),
            (other, []),
        ):
            with self.subTest(partner.name):
                lead = self.env["crm.lead"].create(
                    {"name": "L", "referrer_id": self.customer.id}
                )
                lead.partner_id = partner
                reasons = self._get_reasons(lead)
                self.assertEqual([r for r in reasons if "knew" not in r], reason)

    def test_free_mail_is_no_company(self):
        self.customer.email = "ann@gmail.com"
        self.assertEqual(self._get_codes(self._name(email="bob@gmail.com")), [])

    def test_known(self):
        self.env["res.partner"].create({"name": "Bob", "email": "bob@known.example"})
        known = self._name(email="bob@known.example")
        self.assertEqual(self._get_codes(known), ["known"])
        with self._at("2026-02-01 09:00:00"):
            self.env["crm.lead"].create({"name": "Old", "email_from": "c@lead.example"})
        with self._at("2026-03-03 09:00:00"):
            by_lead = self._name(name="Cleo", email="c@lead.example")
            self.assertEqual(self._get_codes(by_lead), ["known"])
            self.env["crm.lead"].create({"name": "New", "email_from": "d@lead.example"})
            self.env["crm.lead"].create(
                {
                    "name": "Foreign",
                    "email_from": "e@lead.example",
                    "company_id": self.other_company.id,
                    "user_id": False,
                    "team_id": False,
                }
            )
        with self._at("2026-03-02 10:00:00"):
            later = self._name(name="Dora", email="d@lead.example")
            self.assertEqual(self._get_codes(later), [], "the lead came later")
        with self._at("2026-03-04 10:00:00"):
            foreign = self._name(name="Emil", email="e@lead.example")
            self.assertEqual(self._get_codes(foreign), [], "another company's")

    def test_own_lead_is_no_earlier_one(self):
        with self._at("2026-03-03 09:00:00"):
            candidate = self._create_introduced_candidate(
                referral=self._create_referral(partner_id=self.other_customer.id),
                email="bob@builders.example",
            )
        with self._at("2026-03-04 09:00:00"):
            lead = candidate._convert().sudo()
            self.assertEqual(self._get_codes(candidate), [])
            self.assertEqual(self._get_codes(lead), [])

    def test_pair(self):
        carl = self.other_customer
        self.customer.referrer_id = carl
        candidate = self._name(name="Carl", email="carl@customer.example.com")
        self.assertIn("ring", self._get_codes(candidate))
        self.assertIn(
            "They brought us the referrer before: the two name each other.",
            self._get_reasons(candidate),
        )

    def test_ring(self):
        """Through a customer, and a lead of an old customer who has no referrer."""
        dora, emil = self.env["res.partner"].create(
            [
                {"name": "Dora", "email": "dora@dora.example"},
                {"name": "Emil", "email": "emil@emil.example"},
            ]
        )
        self.customer.referrer_id = dora
        self.env["crm.lead"].create(
            {"name": "L", "partner_id": dora.id, "referrer_id": emil.id}
        )
        dora.referrer_id = False
        candidate = self._name(name="Emil", email="emil@emil.example")
        self.assertIn(
            "They brought us the referrer, through others: a ring.",
            self._get_reasons(candidate),
        )

    def test_internal_user(self):
        referral = self._create_referral(partner_id=self.colleague.partner_id.id)
        candidate = self._create_candidate(referral)
        self.assertEqual(self._get_codes(candidate), ["internal"])

    def test_many_in_a_short_time(self):
        self.company.referral_many_names = 2
        named = [self._name(name=f"P {number}") for number in range(3)]
        for candidate in named:
            self.assertEqual(
                self._get_reasons(candidate),
                ["The referrer named 3 people within a week."],
            )
        self.company.referral_many_names = 3
        self.assertEqual(self._get_codes(named[0]), [])
        self.company.referral_many_names = 0
        self.assertEqual(self._get_codes(named[0]), [])
        self.company.referral_many_names = 2
        with self._at("2026-03-10 10:00:00"):
            self.assertEqual(self._get_codes(self._name(name="Late")), [])

    def test_filter_is_the_note(self):
        """The filter finds exactly those whose form says something."""
        risky = self._name(name="Somebody", email="ann@customer.example.com")
        harmless = self._name(email="bob@builders.example")
        for model, records in (
            ("crm.referral.candidate", risky | harmless),
            (
                "crm.lead",
                self.env["crm.lead"].create(
                    [
                        {
                            "name": "L",
                            "referrer_id": self.customer.id,
                            "email_from": email,
                        }
                        for email in ("ann@customer.example.com", "b@b.example")
                    ]
                ),
            ),
        ):
            Model = self.env[model].with_user(self.manager)
            among = [("id", "in", records.ids)]
            found = Model.search([("has_referral_risk", "=", True), *among])
            rest = Model.search([("has_referral_risk", "=", False), *among])
            self.assertEqual(found.ids, records[0].ids, model)
            self.assertEqual(rest.ids, records[1].ids, model)
            self.assertEqual(records.mapped("has_referral_risk"), [True, False], model)

    def test_only_who_sees_the_candidate_sees_the_note(self):
        risky = self._name(email="ann@customer.example.com")
        self.assertTrue(risky.with_user(self.rep).referral_risk_note)
        for user in (self.colleague, self.foreign_manager):
            self.assertFalse(
                risky.with_user(user).search([("has_referral_risk", "=", True)])
            )

    def test_queries_do_not_grow(self):
        candidates = self.env["crm.referral.candidate"]
        for number in range(20):
            candidates |= self._name(email=f"bob{number}@customer.example.com")
        self.env.flush_all()

        def count(records):
            before = self.env.cr.sql_log_count
            records._get_risk_flags()
            return self.env.cr.sql_log_count - before

        count(candidates)  # reads the company
        self.assertEqual(count(candidates[:1]), count(candidates))
        self.assertEqual(count(candidates[:0]), 0)
        self.assertEqual(
            [len(flags) for flags in candidates._get_risk_flags().values()], [2] * 20
        )

    def test_nothing_is_refused(self):
        risky = self._name(email="ann@customer.example.com")
        self._walk_to(self.referral, "follow_through")
        risky.action_introduce()
        self.assertTrue(risky._convert())
