"""Who is not suggested, who sees what, and what becomes of a suggestion."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.crm_referral_acquaintance_pool import PER_REASON
from .acquaintance_common import AcquaintanceCommon


@tagged("post_install", "-at_install")
class TestLeftOut(AcquaintanceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(
            city="Hsinchu", email_from="lea@lee.test", phone="02-2345-6789"
        )
        cls.cora = cls.Partner.create(
            {"name": "Cora", "city": "Hsinchu", "email": "cora@lin.test"}
        )

    def test_without_anything_against_it(self):
        self.assertEqual(self._names(), ["Lea Lee", "Cora"])

    def test_customers(self):
        self._create_won_lead(self.cora)
        self._create_lead(email_from="lea@lee.test", user_id=False).action_set_won()
        self.assertEqual(self._names(), [])

    def test_contact_of_a_customer(self):
        """Also where the lead of another contact there was won, by a colleague."""
        clinic = self._create_company("Lin Clinic")
        boss = self.Partner.create({"name": "Boss", "parent_id": clinic.id})
        self.cora.parent_id = clinic
        self._create_won_lead(boss, user_id=self.colleague.id)
        self.assertEqual(self._names(), ["Lea Lee"])

    def test_who_was_asked_like_a_customer(self):
        self._create_referral(self.colleague, partner_id=self.cora.id)
        lea = self.Partner.create({"name": "Lea", "email": "lea@lee.test"})
        self._create_benefit(lea)
        self.assertEqual(self._names(), [])

    def test_objection(self):
        self.env["crm.referral.objection"]._record(["LEA@lee.test"])
        self.assertEqual(self._names(), ["Cora"])

    def test_objection_of_a_number(self):
        self.env["crm.referral.objection"]._record(
            phones=["+886 2 2345 6789"], name="Lea Lee"
        )
        self.assertEqual(self._names(), ["Cora"])

    def test_objection_without_a_trace(self):
        """Known only by what the candidate was taken from."""
        self.cora.email = False
        candidate = self._create_candidate(
            self._create_referral(self.colleague, partner_id=self.other_customer.id),
            name="Cora",
            source_partner_id=self.cora.id,
        )
        candidate.action_object()
        self.assertEqual(self._names(), ["Lea Lee"])

    def test_named_already(self):
        self._create_candidate(self.referral, name="Cora", email="cora@lin.test")
        self.assertEqual(self._names(), ["Lea Lee"])

    def test_own_people(self):
        """Not the customer, nor colleagues there or here, nor our own companies."""
        self.cora.parent_id = self.organization
        self.env.company.partner_id.city = "Hsinchu"
        self.rep.partner_id.city = "Hsinchu"
        self._create_lead(partner_id=self.customer.id, city="Hsinchu", contact_name="A")
        self.assertEqual(self._names(), ["Lea Lee"])

    def test_candidates_of_other_conversations(self):
        candidate = self._create_introduced_candidate(
            referral=self._create_referral(partner_id=self.other_customer.id)
        )
        candidate._convert().city = "Hsinchu"
        self.assertNotIn("Bob Builder", self._names())

    def test_lost_lead(self):
        self.lead.action_set_lost(
            lost_reason_id=self.env["crm.lost.reason"].create({"name": "Too early"}).id
        )
        [lea, _cora] = self._suggest()["people"]
        self.assertEqual((lea["name"], lea["status"]), ("Lea Lee", "Lost: Too early"))

    def test_archived(self):
        self.lead.probability = 50  # Odoo calls it lost otherwise
        self.lead.action_archive()
        self.cora.action_archive()
        self.assertEqual(self._names(), [])

    def test_colleague_works_on_it(self):
        self.lead.user_id = self.colleague
        self._create_lead(partner_id=self.cora.id, user_id=self.colleague.id)
        for user in (self.rep, self.all_documents, self.manager):
            with self.subTest(user=user.login):
                found = self._suggest(user)
                self.assertEqual((found["people"], found["busy"]), ([], 1))

    def test_colleague_works_on_one_organization_and_much_on_another(self):
        """Many leads of the one do not hide those of the other."""
        self.lead.partner_name = "Lee Lab"
        self._create_lead(city="Hsinchu", contact_name="Max", partner_name="Max Ltd")
        self._create_lead(partner_name="Max Ltd", user_id=self.colleague.id)
        for _number in range(PER_REASON + 1):
            self._create_lead(partner_name="Lee Lab", user_id=self.colleague.id)
        self.assertEqual(self._names(), ["Cora"])

    def test_colleague_works_close_to_the_customer(self):
        """Said as a number; not of other companies, nor of a mere city."""
        self._create_lead(email_from="x@archer-clinic.test", user_id=self.colleague.id)
        self._create_lead(
            email_from="y@archer-clinic.test",
            user_id=self.foreign_rep.id,
            company_id=self.other_company.id,
        )
        self._create_lead(city="Hsinchu", user_id=self.colleague.id, contact_name="Max")
        found = self._suggest()
        self.assertEqual(found["busy"], 1)
        self.assertNotIn("archer-clinic", str(found))

    def test_hidden_from_the_user(self):
        """A colleague's lost lead, and what is of another company."""
        self.lead.user_id = self.colleague
        self.lead.action_set_lost()
        self.cora.company_id = self.other_company
        self.assertEqual(self._names(self.rep), [])
        self.assertEqual(self._names(self.manager), ["Lea Lee"])

    def test_hidden_company_of_the_customer(self):
        """What the user may not see of the customer is no reason that is shown."""
        self.customer.write({"parent_id": self.organization.id, "city": False})
        self.organization.write({"company_id": self.other_company.id})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET city = NULL, industry_id = NULL, company_id = NULL "
            "WHERE id = %s",
            [self.customer.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._names(), [])

    def test_two_colleagues_have_an_open_lead(self):
        """Same organization in words only."""
        self.lead.partner_name = "Lee Lab"
        self._create_lead(
            partner_name="LEE lab", user_id=self.colleague.id, contact_name="Other"
        )
        found = self._suggest()
        self.assertEqual([each["name"] for each in found["people"]], ["Cora"])
        self.assertEqual(found["busy"], 1)


@tagged("post_install", "-at_install")
class TestTake(AcquaintanceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cora = cls.Partner.create(
            {"name": "Cora", "city": "Hsinchu", "email": "cora@lin.test"}
        )
        cls.lead = cls._create_lead(
            partner_id=cls.cora.id, contact_name="Cora", city="Hsinchu"
        )
        cls.Acquaintance = cls.env["crm.referral.acquaintance"].with_user(cls.rep)

    def _take(self):
        self.env.flush_all()
        return self.env["crm.referral.candidate"].browse(
            self.Acquaintance.take(self.referral.id, "lead", self.lead.id)
        )

    def test_take(self):
        candidate = self._take().with_user(self.rep)
        self.assertEqual(candidate.referral_id, self.referral)
        self.assertEqual((candidate.name, candidate.named_by), ("Cora", "rep"))
        self.assertEqual(candidate.email, "cora@lin.test")
        self.assertEqual(candidate.source_lead_id, self.lead)
        self.assertEqual(candidate.source_partner_id, self.cora)
        self.assertTrue(candidate.was_known)
        self.assertFalse(self.lead.referrer_id, "nobody has introduced them yet")
        self.assertEqual(self._names(), [])

    def test_take_twice(self):
        self._take()
        with self.assertRaisesRegex(UserError, "cannot be suggested any more"):
            self._take()

    def test_conversion_finds_the_lead(self):
        candidate = self._take()
        candidate.email = False
        self.lead.email_from = False
        self.cora.email = False
        candidate = candidate.with_user(self.rep)
        self.assertEqual(candidate._find_duplicate_leads(), self.lead)
        self.assertIn("Already an open lead", candidate.known_before)

    def test_conversion_after_a_lost_lead(self):
        self.lead.action_set_lost()
        candidate = self._take()
        self._walk_to(self.referral, "follow_through")
        candidate.with_user(self.rep).action_introduce()
        lead = candidate.with_user(self.rep)._convert()
        self.assertNotEqual(lead, self.lead)
        self.assertEqual(lead.partner_id, self.cora)

    def test_company_without_anybody(self):
        clinic = self._create_company("Lin Clinic", city="Hsinchu")
        candidate = self.env["crm.referral.candidate"].browse(
            self.Acquaintance.take(self.referral.id, "partner", clinic.id)
        )
        self.assertFalse(candidate.name)
        self.assertEqual(candidate.function, "Contact person")
        self.assertEqual(candidate.partner_name, "Lin Clinic")

    def test_what_is_not_suggested_cannot_be_taken(self):
        stranger = self.Partner.create({"name": "Stranger", "city": "Tainan"})
        hidden = self._create_lead(city="Hsinchu", user_id=self.colleague.id)
        for kind, record in (("partner", stranger), ("lead", hidden), ("x", hidden)):
            with self.assertRaisesRegex(UserError, "cannot be suggested any more"):
                self.Acquaintance.take(self.referral.id, kind, record.id)

    def test_ended_request(self):
        self.referral.action_cancel()
        for method, args in (
            ("take", ("lead", self.lead.id)),
            ("take_position", ("Owner",)),
            ("dismiss", ("lead", self.lead.id)),
            ("restore", ()),
        ):
            with self.assertRaisesRegex(UserError, "has ended"):
                getattr(self.Acquaintance, method)(self.referral.id, *args)

    def test_who_has_no_right_to_the_request(self):
        for user in (
            self.colleague,
            self.foreign_rep,
            self.foreign_manager,
            self.employee,
            self.portal,
            self.public,
        ):
            Acquaintance = self.Acquaintance.with_user(user)
            for method, args in (
                ("get_suggestions", ()),
                ("take", ("lead", self.lead.id)),
                ("take_position", ("Owner",)),
                ("dismiss", ("lead", self.lead.id)),
                ("restore", ()),
            ):
                with self.subTest(user=user.login, method=method):
                    with self.assertRaises(AccessError):
                        getattr(Acquaintance, method)(self.referral.id, *args)

    def test_dismiss_and_restore(self):
        self.env.flush_all()
        self.Acquaintance.dismiss(self.referral.id, "lead", self.lead.id)
        found = self._suggest()
        self.assertEqual((found["people"], found["dismissed"]), ([], True))
        # The same person is meant, also without this lead; and with the next rep.
        self.lead.unlink()
        self.assertEqual(self._names(self.manager), [])
        other = self._create_referral(partner_id=self.other_customer.id)
        self.other_customer.city = "Hsinchu"
        self.assertEqual(self._names(referral=other), ["Cora"])
        self.Acquaintance.restore(self.referral.id)
        self.assertEqual(self._names(), ["Cora"])

    def test_dismissal_survives_merges(self):
        twin = self.Partner.create({"name": "Cora Twin", "city": "Hsinchu"})
        self.lead.unlink()
        for partner in (self.cora, twin):
            self.Acquaintance.dismiss(self.referral.id, "partner", partner.id)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.cora | twin).ids, self.cora)
        [dismissal] = self.env["crm.referral.acquaintance.dismissal"].search([])
        self.assertEqual(dismissal.acquaintance_id, self.cora)
        self.assertEqual(self._names(), [])

    def test_erasure_forgets_where_from(self):
        candidate = self._take()
        self.referral.action_cancel()
        candidate.with_user(self.manager).action_erase()
        self.assertFalse(candidate.source_lead_id)
        self.assertFalse(candidate.source_partner_id)

    def test_pointers_are_guarded(self):
        hidden = self._create_lead(user_id=self.colleague.id)
        with self.assertRaises(AccessError):
            self._create_candidate(self.referral, source_lead_id=hidden.id)


@tagged("post_install", "-at_install")
class TestPositions(AcquaintanceCommon):
    def _convert(self, user, function, industry=None):
        customer = self.Partner.create({"name": "Customer"})
        candidate = self._create_introduced_candidate(
            referral=self._create_referral(user, partner_id=customer.id),
            function=function,
        )
        lead = candidate._convert()
        lead.partner_id = self.Partner.create(
            {"name": function, "industry_id": industry and industry.id}
        )

    def _positions(self, user=None):
        return [tuple(each.values()) for each in self._suggest(user)["positions"]]

    def test_positions(self):
        for function in ("Finance head", " finance HEAD"):
            self._convert(self.rep, function, self.industry)
        for _number in range(3):
            self._convert(self.rep, "Owner")
        self._convert(self.colleague, "Owner")
        self.assertEqual(
            self._positions(),
            [("finance HEAD", "Clinics", "2 converted"), ("Owner", "", "3 converted")],
        )
        self.assertEqual(self._positions(self.manager)[1][2], "4 converted")

    def test_take_position(self):
        self._convert(self.rep, "Owner")
        Acquaintance = self.env["crm.referral.acquaintance"].with_user(self.rep)
        candidate = self.env["crm.referral.candidate"].browse(
            Acquaintance.take_position(self.referral.id, "Owner")
        )
        self.assertEqual((candidate.function, candidate.named_by), ("Owner", "rep"))
        self.assertFalse(candidate.name)
        self.assertEqual(self._positions(), [])
