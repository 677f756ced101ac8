from odoo.tests import tagged

from .common import ReferralCommon
from .export_common import WorkbookMixin

HEADS = ["Introductions", "Introductions Won", "Win Rate of Introductions"]


@tagged("post_install", "-at_install")
class TestReferralTree(WorkbookMixin, ReferralCommon):
    """What a customer has brought, themselves and through others; by hand:

    Top → Middle → Leaf. Top brought one lead (100, won), Middle two (200 won, 40
    lost), Leaf one (3000 won, of a colleague).
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.top, cls.middle, cls.leaf = cls.env["res.partner"].create(
            [{"name": name} for name in ("Top", "Middle", "Leaf")]
        )
        cls.middle.referrer_id = cls.top
        cls.leaf.referrer_id = cls.middle
        cls._lead(cls.top, 100)
        cls._lead(cls.middle, 200)
        cls._lead(cls.middle, 40, won=False)
        cls._lead(cls.leaf, 3000, cls.colleague)
        cls.env.flush_all()

    @classmethod
    def _lead(cls, referrer, amount, user=None, won=True, **vals):
        lead = cls.env["crm.lead"].create(
            {
                "name": "Lead",
                "type": "opportunity",
                "referrer_id": referrer.id,
                "expected_revenue": amount,
                "user_id": (user or cls.rep).id,
                "company_id": cls.company.id,
                **vals,
            }
        )
        lead.action_set_won() if won else lead.action_set_lost()
        return lead

    def _introduce(self, partner, count, won=0, user=None):
        """This many introductions, of which this many became a won lead."""
        for number in range(count):
            referral = self._create_referral(user, partner_id=partner.id)
            candidate = self._create_candidate(referral, name=f"P {number}")
            self._walk_to(referral, "follow_through")
            candidate.action_introduce()
            if number < won:
                candidate._convert().sudo().action_set_won()
            else:
                candidate.action_decline()
            referral.action_next_step()
            # the next one may be asked at once
            referral.sudo().next_ask_date = False

    def _read(self, partner, user):
        partner = partner.with_user(user)
        return partner.referral_tree_won_count, partner.referral_tree_revenue

    def test_direct_and_indirect(self):
        for partner, figures in (
            (self.top, (3, 3300)),
            (self.middle, (2, 3200)),
            (self.leaf, (1, 3000)),
            (self.customer, (0, 0)),
        ):
            self.assertEqual(self._read(partner, self.manager), figures, partner.name)

    def test_only_leads_that_the_user_sees(self):
        self.assertEqual(self._read(self.top, self.rep), (2, 300))
        self.assertEqual(self._read(self.top, self.colleague), (1, 3000))
        self.assertEqual(self._read(self.top, self.all_documents), (3, 3300))
        self.assertEqual(self._read(self.top, self.foreign_manager), (0, 0))
        self.assertNotIn(
            "referral_tree_revenue", self.top.with_user(self.employee).fields_get()
        )

    def test_through_a_hidden_customer(self):
        """Who stands between is not told; what came through them counts."""
        self.middle.company_id = self.other_company
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self._read(self.top, self.manager), (3, 3300))

    def test_introductions(self):
        self._introduce(self.top, 1)
        self._introduce(self.leaf, 2, won=1)
        top = self.top.with_user(self.manager)
        self.assertEqual(top.referral_introduced_count, 1)
        self.assertEqual(top.referral_indirect_count, 2)
        self.assertEqual(self.leaf.with_user(self.manager).referral_indirect_count, 0)

    def test_quality_is_a_rate_of_enough(self):
        self.assertFalse(self.top.with_user(self.manager).referral_quality)
        self._introduce(self.top, 4, won=2)
        self.assertEqual(
            self.top.with_user(self.manager).referral_quality, "2 of 4: too few to say"
        )
        self._introduce(self.top, 1)
        self.env.invalidate_all()
        self.assertEqual(
            self.top.with_user(self.manager).referral_quality, "2 of 5 (40 %)"
        )
        [(rate,)] = (
            self.env["crm.referral.report"]
            .with_user(self.manager)
            ._read_group(
                [("kind", "=", "candidate"), ("partner_id", "=", self.top.id)],
                [],
                ["introduction_win_rate:avg"],
            )
        )
        self.assertAlmostEqual(rate, 0.4)

    def test_an_introduction_that_does_not_count_is_not_won(self):
        """Two named the same person; the lead came of the first introduction."""
        self._introduce(self.top, 1, won=1)
        candidate = self._create_introduced_candidate(
            referral=self._create_referral(partner_id=self.leaf.id)
        )
        won = self.env["crm.referral.candidate"].search(
            [("referrer_id", "=", self.top.id)]
        )
        candidate._convert(won.lead_id.with_user(self.rep))
        figures = {
            partner: figure
            for partner, figure in self.env["crm.referral.report"]._read_group(
                [("kind", "=", "candidate")],
                ["partner_id"],
                ["introduced_won_count:sum"],
            )
        }
        self.assertEqual(figures[self.top], 1)
        self.assertEqual(figures[self.leaf], 0)

    def test_currencies(self):
        """At the rate of the day on which it was won, in the reader's company's."""
        euro, ours = self.other_company.currency_id, self.company.currency_id
        self.assertNotEqual(euro, ours)
        self.env["res.currency.rate"].search([]).unlink()
        self.env["res.currency.rate"].create(
            [
                {"name": "2026-01-01", "currency_id": euro.id, "rate": 0.5},
                {"name": "2026-03-03", "currency_id": euro.id, "rate": 0.1},
            ]
        )
        self._lead(
            self.leaf,
            10,
            self.foreign_rep,
            company_id=self.other_company.id,
            team_id=False,
        )
        self.env.flush_all()
        self.manager.company_ids |= self.other_company
        manager = self.top.with_user(self.manager).with_context(
            allowed_company_ids=[self.company.id, self.other_company.id]
        )
        self.assertEqual(manager.referral_tree_won_count, 4)
        self.assertAlmostEqual(manager.referral_tree_revenue, 3320)
        self.assertEqual(manager.referral_tree_currency_id, ours)

    def test_loop_in_the_database(self):
        """A loop that came in by other means does no harm."""
        self.env.cr.execute(
            "UPDATE res_partner SET referrer_id = %s WHERE id = %s",
            [self.leaf.id, self.top.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._read(self.top, self.manager)[0], 1)

    def test_queries_do_not_grow(self):
        partners = self.top | self.middle | self.leaf
        more = self.env["res.partner"].create(
            [{"name": str(n), "referrer_id": self.leaf.id} for n in range(50)]
        )
        self.env.flush_all()

        def count(records):
            self.env.invalidate_all()
            records = records.with_user(self.manager)
            before = self.env.cr.sql_log_count
            records.mapped("referral_tree_revenue")
            return self.env.cr.sql_log_count - before

        count(partners)
        self.assertLessEqual(count(partners | more), count(self.top))
        self.assertLessEqual(count(partners | more), 6)

    def test_business_that_we_brought(self):
        Reciprocity = self.env["crm.referral.reciprocity"].with_user(self.rep)
        ours = Reciprocity.create({"partner_id": self.top.id, "name": "Met a clinic"})
        self.assertEqual(str(ours.date), "2026-03-02")
        self.assertEqual(ours.user_id, self.rep)
        self.assertEqual(self.top.with_user(self.colleague).reciprocity_count, 1)
        self.assertEqual(self.top.with_user(self.foreign_rep).reciprocity_count, 0)
        self.assertEqual(self.middle.with_user(self.rep).reciprocity_count, 0)

    def test_merge_keeps_business_that_we_brought(self):
        record = self.env["crm.referral.reciprocity"].create(
            {"partner_id": self.leaf.id, "name": "Met a clinic"}
        )
        self.env.flush_all()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.leaf | self.customer).ids, self.customer
        )
        self.env.invalidate_all()
        self.assertEqual(record.partner_id, self.customer)
        self.assertEqual(self.customer.referrer_id, self.middle)

    def test_workbook(self):
        """The best first, with their rate; who has too few is below, without one."""
        self._introduce(self.top, 5, won=1)
        self._introduce(self.leaf, 6, won=3)
        self._introduce(self.middle, 4, won=4)
        [candidate] = self.env["crm.referral.candidate"].search(
            [("referrer_id", "=", self.middle.id)], limit=1
        )
        self.middle.email = "all@archers.example"
        candidate.email = "bob@archers.example"
        workbook = self._export()
        rows = [
            [value for value in row if value is not None]
            for row in workbook["Referrers"].iter_rows(4, values_only=True)
            if row[0]
        ]
        self.assertEqual(rows[0][4:7], HEADS)
        self.assertEqual(
            [row[:7] for row in rows[1:3]],
            [
                ["Leaf", 6, 6, 1, 6, 3, 0.5],
                ["Top", 5, 5, 1, 5, 1, 0.2],
            ],
        )
        texts = [row[0] for row in rows]
        note = "Fewer than 5 introductions: too few to say how good they are"
        middle = rows[texts.index(note) + 2]
        self.assertEqual(middle[:5], ["Middle", 4, 4, 4, 4])
        looks = {
            row["Record"]: row["Please Check"]
            for row in self._get_rows(workbook, "Candidates")
        }
        self.assertEqual(looks.pop(candidate.id), "Own company")
        self.assertEqual(set(looks.values()), {None})
