from datetime import date

from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestBenefits(ReferralCommon):
    def test_won_opportunities_are_proposed(self):
        lead = self._create_won_lead(name="Fast closing")
        referral = self._create_referral(self.manager)
        self.assertRecordValues(
            referral.benefit_ids,
            [
                {
                    "name": "Fast closing",
                    "origin": "opportunity",
                    "lead_id": lead.id,
                    "delivered_on": date(2026, 3, 2),
                    "confirmed": False,
                    "partner_id": self.customer.id,
                }
            ],
        )

    def test_only_won_ones_of_this_customer(self):
        self._create_won_lead(self.other_customer)
        self.env["crm.lead"].create(
            {"name": "Open", "type": "opportunity", "partner_id": self.customer.id}
        )
        lost = self.env["crm.lead"].create(
            {"name": "Lost", "type": "opportunity", "partner_id": self.customer.id}
        )
        lost.action_set_lost()
        self.assertFalse(self._create_referral(self.manager).benefit_ids)

    def test_of_the_whole_customer(self):
        company = self.env["res.partner"].create(
            {"name": "Archers Ltd", "is_company": True}
        )
        self.customer.parent_id = company
        self._create_won_lead(company, name="Won by the company")
        referral = self._create_referral(self.manager)
        self.assertEqual(referral.benefit_ids.name, "Won by the company")

    def test_not_of_another_company(self):
        self._create_won_lead(
            name="Elsewhere",
            company_id=self.other_company.id,
            user_id=False,
            team_id=False,
        )
        self._create_won_lead(
            name="Shared", company_id=False, user_id=False, team_id=False
        )
        self.manager.company_ids += self.other_company
        referral = self._create_referral(self.manager)
        self.assertEqual(referral.benefit_ids.mapped("name"), ["Shared"])

    def test_shared_opportunity_serves_each_company(self):
        """Nobody stumbles over a benefit of a company that they do not see."""
        self._create_won_lead(
            name="Shared", company_id=False, user_id=False, team_id=False
        )
        self._create_referral(self.manager)
        referral = self._create_referral(
            self.foreign_manager, company_id=self.other_company.id
        )
        self.assertEqual(referral.benefit_ids.name, "Shared")
        self.assertEqual(referral.benefit_ids.company_id, self.other_company)

    def test_no_doubles_on_the_second_request(self):
        self._create_won_lead(name="Fast closing")
        first = self._create_referral(self.manager)
        first.benefit_ids.confirmed = True
        first.action_cancel()
        second = self._create_referral(self.manager)
        self.assertEqual(second.benefit_ids, first.benefit_ids)
        self.assertEqual(len(second.benefit_ids), 1)
        self.assertTrue(second.benefit_ids.confirmed)

    def test_no_double_of_an_archived_one(self):
        self._create_won_lead(name="Not worth a word")
        first = self._create_referral(self.manager)
        first.benefit_ids.action_archive()
        first.action_cancel()
        self.assertFalse(self._create_referral(self.manager).benefit_ids)

    def test_two_ended_requests_of_one_customer_in_one_import(self):
        self._create_won_lead(name="Fast closing")
        vals = {"partner_id": self.customer.id, "outcome": "cancelled"}
        referrals = self.env["crm.referral"].create([vals, vals])
        self.assertFalse(referrals.benefit_ids)

    def test_customer_from_the_context(self):
        self._create_won_lead(name="Fast closing")
        Referral = self.env["crm.referral"].with_context(
            default_partner_id=self.customer.id
        )
        self.assertEqual(Referral.create({}).benefit_ids.name, "Fast closing")
        with self.assertRaisesRegex(UserError, "already has an open"):
            Referral.create({})

    def test_library_comes_first(self):
        own_words = self._create_benefit(confirmed=True)
        self._create_won_lead(name="Fast closing")
        referral = self._create_referral(self.manager)
        self.assertEqual(len(referral.benefit_ids), 2)
        self.assertEqual(referral.benefit_ids[0], own_words)

    def test_not_too_many(self):
        self.env["crm.lead"].create(
            [
                {
                    "name": f"Deal {number}",
                    "type": "opportunity",
                    "partner_id": self.customer.id,
                }
                for number in range(12)
            ]
        ).action_set_won()
        self.assertEqual(len(self._create_referral(self.manager).benefit_ids), 3)

    def test_chosen_benefits_are_kept(self):
        chosen = self._create_benefit()
        self._create_benefit(name="Another")
        referral = self._create_referral(benefit_ids=[Command.link(chosen.id)])
        self.assertEqual(referral.benefit_ids, chosen)

    def test_benefit_of_another_customer_is_refused(self):
        foreign = self._create_benefit(self.other_customer)
        referral = self._create_referral()
        with self.assertRaisesRegex(
            ValidationError, "must be benefits of its customer"
        ):
            referral.benefit_ids = foreign
        with self.assertRaisesRegex(
            ValidationError, "must be benefits of its customer"
        ):
            self._create_referral(
                partner_id=self.employee.partner_id.id,
                benefit_ids=[Command.link(foreign.id)],
            )

    def test_customer_cannot_change_under_the_benefits(self):
        referral = self._create_referral(
            benefit_ids=[Command.link(self._create_benefit().id)]
        )
        with self.assertRaisesRegex(
            ValidationError, "must be benefits of its customer"
        ):
            referral.partner_id = self.other_customer

    @mute_logger("odoo.sql_db")
    def test_one_benefit_per_opportunity(self):
        lead = self._create_won_lead()
        self._create_benefit(lead_id=lead.id)
        with self.assertRaises(UniqueViolation):
            self._create_benefit(lead_id=lead.id)

    def test_deleted_opportunity_leaves_the_benefit(self):
        lead = self._create_won_lead()
        benefit = self._create_benefit(lead_id=lead.id)
        lead.unlink()
        self.assertTrue(benefit.exists())
        self.assertFalse(benefit.lead_id)
