from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestReferrer(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].create(
            [{"name": name} for name in ("A", "B", "C", "D")]
        )
        cls.a, cls.b, cls.c, cls.d = cls.partners

    def test_tree(self):
        (self.b | self.c).write({"referrer_id": self.a.id})
        self.assertEqual(self.a.referred_ids, self.b | self.c)
        self.assertEqual(self.a.with_user(self.rep).referred_count, 2)
        self.assertEqual(self.b.with_user(self.rep).referred_count, 0)

    def test_cycles_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "Nobody can be referred by"):
            self.a.referrer_id = self.a
        self.b.referrer_id = self.a
        self.c.referrer_id = self.b
        with self.assertRaisesRegex(ValidationError, "Nobody can be referred by"):
            self.a.referrer_id = self.c

    def test_cycles_through_hidden_customers_are_refused(self):
        """Also where somebody on the way is of another company, or archived."""
        self.b.company_id = self.other_company
        self.c.active = False
        self.b.sudo().referrer_id = self.a
        self.c.sudo().referrer_id = self.b
        self.d.referrer_id = self.c
        self.env.flush_all()
        with self.assertRaisesRegex(ValidationError, "Nobody can be referred by"):
            self.a.with_user(self.manager).referrer_id = self.d
        self.a._set_referrer(self.d.with_user(self.manager))
        self.assertFalse(self.a.referrer_id)

    def test_checking_costs_one_query(self):
        """However long the way up is, and nothing for who has no referrer."""
        chain = self.env["res.partner"].create([{"name": str(n)} for n in range(9)])
        for number in range(8):
            chain[number].referrer_id = chain[number + 1]
        self.env.flush_all()

        def count(partners):
            partners.mapped("referrer_id")
            before = self.env.cr.sql_log_count
            partners._check_referrer_id()
            return self.env.cr.sql_log_count - before

        self.assertEqual(count(chain), 1)
        self.assertEqual(count(chain[8]), 0)

    def test_set_referrer_keeps_cycles_out(self):
        self.b.referrer_id = self.a
        self.c.referrer_id = self.b
        self.partners._set_referrer(self.c)
        self.assertFalse(self.a.referrer_id)
        self.assertEqual(self.b.referrer_id, self.a)
        self.assertEqual(self.c.referrer_id, self.b)
        self.assertEqual(self.d.referrer_id, self.c)

    def test_set_referrer_is_not_caught_in_a_loop(self):
        """A loop that came into the database by other means does no harm."""
        self.b.referrer_id = self.a
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET referrer_id = %s WHERE id = %s",
            [self.b.id, self.a.id],
        )
        self.env.invalidate_all()
        self.d._set_referrer(self.a)
        self.assertEqual(self.d.referrer_id, self.a)

    def test_deleted_referrer(self):
        self.b.referrer_id = self.a
        self.a.unlink()
        self.assertFalse(self.b.referrer_id)

    def test_archived_referrer(self):
        self.b.referrer_id = self.a
        self.a.action_archive()
        self.assertEqual(self.b.referrer_id, self.a)

    def test_actions(self):
        referral = self._create_referral(partner_id=self.a.id)
        customer = self.a.with_user(self.rep)
        action = customer.action_view_referrals()
        self.assertEqual(self.env["crm.referral"].search(action["domain"]), referral)
        lost = self.env["crm.lead"].create(
            {"name": "Lost", "referrer_id": self.a.id, "user_id": self.rep.id}
        )
        lost.action_set_lost()
        action = customer.action_view_referral_leads()
        self.assertEqual(
            self.env["crm.lead"]
            .with_context(**action["context"])
            .search(action["domain"]),
            lost,
        )
        action = customer.action_view_referral_tree()
        self.assertEqual(action["res_model"], "res.partner")
        self.assertEqual(action["context"]["hierarchy_res_id"], self.a.id)


@tagged("post_install", "-at_install")
class TestPartnerFigures(ReferralCommon):
    def test_counters_follow_the_rights_of_the_user(self):
        self._create_referral(self.colleague).action_cancel()
        self._create_referral(self.rep)
        for user, vals in (
            (self.colleague, {"name": "Theirs", "user_id": self.colleague.id}),
            (self.rep, {"name": "Mine", "user_id": self.rep.id}),
        ):
            self.env["crm.lead"].create({"referrer_id": self.customer.id, **vals})
            self.assertTrue(user)
        for user, count in (
            (self.rep, 1),
            (self.all_documents, 2),
            (self.manager, 2),
            (self.foreign_rep, 0),
        ):
            with self.subTest(user=user.login):
                partner = self.customer.with_user(user)
                self.assertEqual(partner.referral_count, count)
                self.assertEqual(partner.referral_lead_count, count)

    def test_fields_without_sales_rights(self):
        """An employee reads and writes contacts as ever, and sees no figures."""
        partner = self.customer.with_user(self.employee)
        fields = partner.fields_get()
        self.assertIn("referrer_id", fields)
        self.assertNotIn("referral_count", fields)
        self.assertNotIn("referral_readiness", fields)
        self.assertNotIn("referral_ids", fields)
        self.assertEqual(partner.read(["name"])[0]["name"], "Ann Archer")


@tagged("post_install", "-at_install")
class TestPartnerGuard(ReferralCommon):
    """What each addon keeps of a contact stays kept when another one adds its own."""

    def test_figures_of_assessments_are_not_written(self):
        with self.assertRaisesRegex(AccessError, "kept by the system"):
            self.customer.with_user(self.manager).loyalty_score = 10

    def test_not_to_a_hidden_referrer(self):
        hidden = self.env["res.partner"].create(
            {"name": "Hidden", "company_id": self.other_company.id}
        )
        with self.assertRaises(AccessError):
            self.customer.with_user(self.manager).referrer_id = hidden

    def test_what_several_addons_name_adds_up(self):
        self.assertEqual(
            self.env["res.partner"]._guarded_pointers, frozenset({"referrer_id"})
        )
        self.assertEqual(
            self.env["crm.lead"]._protected_fields,
            frozenset({"is_introduced_again", "is_made_of_candidate", "is_pointed_at"}),
        )
        self.assertIsNone(self.env["crm.referral.candidate"]._guarded_pointers)


@tagged("post_install", "-at_install")
class TestPartnerMerge(ReferralCommon):
    """Odoo merges contacts in SQL: our rules must make way, and nothing gets lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source, cls.target, cls.outsider = cls.env["res.partner"].create(
            [
                {"name": "Ann A.", "email": "ann@merge.example.com"},
                {"name": "Ann Archer", "email": "ann@merge.example.com"},
                {"name": "Outsider"},
            ]
        )

    def _merge(self):
        self.env.flush_all()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.source | self.target).ids, self.target
        )
        self.env.invalidate_all()
        self.assertFalse(self.source.exists())

    def test_two_open_requests(self):
        first = self._walk_to(
            self._create_referral(partner_id=self.source.id), "suggest"
        )
        self._create_candidate(first)
        second = self._create_referral(self.colleague, partner_id=self.target.id)
        self._create_candidate(second, name="Cleo")
        self._merge()
        referrals = (first | second).sudo()
        self.assertEqual(referrals.partner_id, self.target)
        self.assertFalse(first.outcome, "the furthest goes on")
        self.assertEqual(second.sudo().outcome, "cancelled")
        self.assertEqual(len(referrals.candidate_ids), 2)
        self.assertEqual(referrals.candidate_ids.referrer_id, self.target)
        self.assertIn("was merged", self._get_chatter(second.sudo()))

    def test_open_requests_of_two_companies(self):
        first = self._create_referral(partner_id=self.source.id)
        second = self._create_referral(
            self.foreign_rep,
            partner_id=self.target.id,
            company_id=self.other_company.id,
        )
        self._merge()
        self.assertEqual((first | second).sudo().mapped("outcome"), [False, False])

    def test_archived_open_requests_do_not_count(self):
        first = self._create_referral(partner_id=self.source.id)
        first.action_archive()
        second = self._create_referral(partner_id=self.target.id)
        self._merge()
        self.assertFalse(first.outcome)
        self.assertFalse(second.outcome)

    def test_doubles_of_benefits(self):
        company = self.env["res.partner"].create(
            {"name": "Archers", "is_company": True}
        )
        (self.source | self.target).write({"parent_id": company.id})
        lead = self._create_won_lead(company)
        benefits = self._create_benefit(
            self.source, lead_id=lead.id, confirmed=True
        ) | self._create_benefit(self.target, lead_id=lead.id)
        referral = self._create_referral(partner_id=self.source.id)
        self.assertEqual(referral.benefit_ids, benefits[0])
        self._merge()
        self.assertEqual(len(benefits.exists()), 2)
        self.assertEqual(benefits.partner_id, self.target)
        self.assertEqual(benefits[0].lead_id, lead, "the confirmed one keeps it")
        self.assertFalse(benefits[1].lead_id)
        self.assertEqual(referral.benefit_ids, benefits[0])

    def test_same_opportunity_for_two_companies(self):
        company = self.env["res.partner"].create(
            {"name": "Archers", "is_company": True}
        )
        (self.source | self.target).write({"parent_id": company.id})
        lead = self._create_won_lead(
            company, company_id=False, user_id=False, team_id=False
        )
        benefits = self._create_benefit(
            self.source, lead_id=lead.id
        ) | self._create_benefit(
            self.target, lead_id=lead.id, company_id=self.other_company.id
        )
        self._merge()
        self.assertEqual(benefits.mapped("lead_id"), lead)
        self.assertEqual(len(benefits.filtered("lead_id")), 2)

    def test_referrer_inside_the_merged_set(self):
        self.source.referrer_id = self.target
        self._merge()
        self.assertFalse(self.target.referrer_id)

    def test_referrer_inside_the_merged_set_the_other_way(self):
        self.target.referrer_id = self.source
        self._merge()
        self.assertFalse(self.target.referrer_id)

    def test_cycle_through_somebody_else(self):
        self.outsider.referrer_id = self.source
        self.target.referrer_id = self.outsider
        self._merge()
        self.assertEqual(self.outsider.referrer_id, self.target)
        self.assertFalse(self.target.referrer_id)
        self.assertFalse(self.target._has_cycle("referrer_id"))

    def test_referrer_of_the_merged_is_kept(self):
        self.source.referrer_id = self.outsider
        self._merge()
        self.assertEqual(self.target.referrer_id, self.outsider)

    def test_referred_customers_and_leads_follow(self):
        self.outsider.referrer_id = self.source
        lead = self.env["crm.lead"].create(
            {"name": "Lead", "referrer_id": self.source.id}
        )
        self._merge()
        self.assertEqual(self.outsider.referrer_id, self.target)
        self.assertEqual(lead.referrer_id, self.target)

    def test_do_not_ask(self):
        """Whoever does not want to be asked is not asked under another name either."""
        self.source.referral_do_not_ask = True
        self._merge()
        self.assertTrue(self.target.referral_do_not_ask)
