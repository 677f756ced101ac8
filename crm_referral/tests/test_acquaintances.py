"""Whom a customer may know: what is found, why, and in which order."""

from odoo.tests import tagged

from ..tools.acquaintances import Person, Surroundings, rank
from .acquaintance_common import AcquaintanceCommon


@tagged("post_install", "-at_install")
class TestReasons(AcquaintanceCommon):
    """Each reason by itself, for leads and for contacts."""

    def test_nobody(self):
        self._create_lead()
        self.Partner.create({"name": "Stranger", "city": "Tainan"})
        self.assertEqual(
            self._suggest(),
            {"people": [], "positions": [], "busy": 0, "dismissed": False},
        )

    def test_lead_of_the_city(self):
        self._create_lead(city=" hsinchu ")
        self._create_lead(city="HSINCHU", contact_name="Max")
        self.assertEqual(self._reasons("Max"), ["Same city: Hsinchu"])

    def test_contact_of_the_city(self):
        self.Partner.create({"name": "Cora", "city": "hsinchu"})
        self.assertEqual(self._reasons("Cora"), ["Same city: Hsinchu"])

    def test_lead_with_the_tag(self):
        self._create_lead(tag_ids=self.tag.ids)
        self.assertEqual(self._reasons("Lea Lee"), ["Same tags: Night shift"])

    def test_contact_with_the_tag(self):
        self.Partner.create({"name": "Cora", "category_id": self.category.ids})
        self.assertEqual(self._reasons("Cora"), ["Same tags: Fair 2025"])

    def test_contact_of_the_industry(self):
        self.Partner.create(
            [
                {"name": "Cora", "industry_id": self.industry.id},
                {"name": "Mina", "industry_id": self.other_industry.id},
            ]
        )
        self.assertEqual(self._names(), ["Cora"])
        self.assertEqual(self._reasons("Cora"), ["Same industry: Clinics"])

    def test_lead_of_the_industry(self):
        """A lead has no industry, its contact has; and the lead is what is shown."""
        cora = self.Partner.create({"name": "Cora", "industry_id": self.industry.id})
        lead = self._create_lead(partner_id=cora.id, contact_name="Cora")
        [person] = self._suggest()["people"]
        self.assertEqual((person["kind"], person["id"]), ("lead", lead.id))
        self.assertEqual(person["status"], "Open lead")
        self.assertEqual(person["reasons"], ["Same industry: Clinics"])

    def test_mail_domain(self):
        self._create_lead(email_from="lea@archer-clinic.test")
        self.Partner.create({"name": "Cora", "email": "Cora@ARCHER-clinic.test"})
        self.assertEqual(
            self._reasons("Lea Lee"), ["Same e-mail domain: @archer-clinic.test"]
        )
        self.assertEqual(
            self._reasons("Cora"), ["Same e-mail domain: @archer-clinic.test"]
        )

    def test_free_mail_says_nothing(self):
        (self.customer | self.organization).email = "ann@gmail.com"
        self._create_lead(email_from="lea@gmail.com")
        self.Partner.create({"name": "Cora", "email": "cora@gmail.com"})
        self.assertEqual(self._names(), [])

    def test_group(self):
        """The holding, its other companies, and ours of the customer's."""
        holding = self._create_company("Archer Holding")
        self.organization.parent_id = holding
        sister = self._create_company("Sister Lab", parent_id=holding.id)
        self.Partner.create({"name": "Sis", "parent_id": sister.id})
        daughter = self._create_company("Daughter", parent_id=self.organization.id)
        self._create_lead(partner_id=daughter.id, contact_name="Dora")
        self._create_lead(partner_name="archer holding", contact_name="Hal")
        # Odoo copies addresses along a group: there may be the city as well.
        self.assertEqual(self._reasons("Sis")[0], "Same group of companies: Sister Lab")
        self.assertEqual(self._reasons("Dora")[0], "Same group of companies: Daughter")
        self.assertEqual(
            self._reasons("Hal")[0], "Same group of companies: Archer Holding"
        )

    def test_former_company_of_the_contact(self):
        """What Odoo notes when a contact moves to another company."""
        before = self._create_company("Old Clinic")
        other = self.Partner.create({"name": "Mona", "parent_id": before.id})
        mover = self.other_customer
        mover.parent_id = before
        self.env.flush_all()
        self.env.cr.flush()
        mover.parent_id = self.organization
        self.env.flush_all()
        self.env.cr.flush()
        referral = self._create_referral(partner_id=mover.id)
        [person] = self._suggest(referral=referral)["people"][:1]
        self.assertEqual(person["name"], other.name)
        self.assertEqual(
            person["reasons"], ["Where the customer was before: Old Clinic"]
        )

    def test_former_company_in_an_old_lead(self):
        self._create_lead(
            partner_id=self.customer.id, partner_name="Old Clinic", contact_name="Ann"
        )
        self._create_lead(partner_name="OLD clinic ", contact_name="Mona")
        self._create_lead(partner_name="OLD clinic", contact_name="Nora")
        self.assertEqual(
            self._reasons("Nora"), ["Where the customer was before: Old Clinic"]
        )

    def test_several_reasons_and_their_order(self):
        self._create_lead(city="Hsinchu", contact_name="City")
        self._create_lead(city="Hsinchu", tag_ids=self.tag.ids, contact_name="Both")
        self.Partner.create(
            {"name": "Clinic", "industry_id": self.industry.id, "city": "Hsinchu"}
        )
        self.assertEqual(self._names(), ["Clinic", "Both", "City"])
        self.assertEqual(
            self._reasons("Both"), ["Same tags: Night shift", "Same city: Hsinchu"]
        )

    def test_industry_and_city_beyond_the_newest(self):
        """Neither among the newest of the city, nor among those of the industry."""
        self.Partner.create(
            {"name": "Old", "industry_id": self.industry.id, "city": "Hsinchu"}
        )
        self.Partner.create(
            [{"name": f"I {n}", "industry_id": self.industry.id} for n in range(60)]
            + [{"name": f"C {n}", "city": "Hsinchu"} for n in range(60)]
        )
        self.assertEqual(self._names()[0], "Old")

    def test_eight_are_shown(self):
        self.Partner.create([{"name": f"C {n}", "city": "Hsinchu"} for n in range(12)])
        self.assertEqual(len(self._names()), 8)


@tagged("post_install", "-at_install")
class TestRank(AcquaintanceCommon):
    def test_same_person_once(self):
        lead = Person(
            "lead", 1, 1, name="Bob", email="Bob@x.test", reasons={"city": ["T"]}
        )
        contact = Person(
            "partner",
            2,
            None,
            2,
            name="Robert",
            email="bob@x.test",
            reasons={"group": ["G"]},
        )
        self.assertEqual(rank([lead, contact]), [contact])

    def test_two_of_an_organization(self):
        people = [
            Person(
                id=n, name=f"N{n}", organization="Lin Clinic", reasons={"city": ["T"]}
            )
            for n in range(1, 5)
        ]
        self.assertEqual([person.id for person in rank(people)], [4, 3])

    def test_company_only_without_anybody_there(self):
        bob = Person(
            id=1, name="Bob", organization="Lin Clinic", reasons={"city": ["T"]}
        )
        lin = Person(
            "partner",
            2,
            organization="LIN clinic",
            is_company=True,
            reasons={"group": ["G"]},
        )
        wu = Person(
            "partner", 3, organization="Wu", is_company=True, reasons={"city": ["T"]}
        )
        self.assertEqual(rank([lin, bob, wu]), [bob, wu])

    def test_no_reason(self):
        self.assertEqual(
            Surroundings().get_reasons(Person(traits={"city": {"", "taipei"}})), {}
        )
