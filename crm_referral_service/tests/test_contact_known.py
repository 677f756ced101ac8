from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import SERVICE_USER
from .test_contact import ContactCommon

NUMBER = "+32 2 290 34 90"
MAIL = "ann@clinic.example"


@tagged("post_install", "-at_install")
class TestContactKnown(ContactCommon):
    """Once it is known who calls, it is known who called before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Elsewhere"})

    def _log_nameless(self, days_ago=1, **values):
        return self._log(days_ago=days_ago, reason_id=self.reason.id, **values)

    def _assert_customer(self, contacts, customer):
        self.env.flush_all()
        self.env.invalidate_all()
        for contact in contacts:
            self.assertEqual(contact.partner_id, customer)
            self.assertEqual(contact.commercial_partner_id, customer)
            self.assertEqual(
                contact.customer_key,
                f"p{customer.id}" if customer else f"t{contact.phone_sanitized}",
            )

    def test_contacts_of_the_number_come_along(self):
        before = self._log_nameless(2, phone="+3222903490")
        by_colleague = self._log_nameless(1, phone=NUMBER, user_id=self.manager.id)
        somebody_else = self._log_nameless(1, phone="+32 2 290 34 91")
        contact = self._log_nameless(0, phone=NUMBER)
        self.assertEqual(self.customer.with_user(self.agent).service_contact_count, 0)
        contact.partner_id = self.customer
        self._assert_customer(contact | before | by_colleague, self.customer)
        self._assert_customer(somebody_else, self.customer.browse())
        self.assertEqual(self.customer.with_user(self.agent).service_contact_count, 3)
        self.assertRegex(contact.message_ids[0].body, "are now of the same.*: 2<")

    def test_contacts_of_the_address_come_along(self):
        self.customer.email = MAIL
        before = self._log_nameless(email="Ann <ANN@clinic.example>")
        contact = self._log_nameless(0, email=MAIL)
        contact.partner_id = self.customer
        self._assert_customer(before, self.customer)

    def test_each_way_to_know(self):
        """By the only one that is known, a new one, the complaint and the lead."""
        for number, way in enumerate(
            ("choose_known", "create_partner", "complaint", "lead")
        ):
            with self.subTest(way=way):
                phone = f"+32 2 290 35 1{number}"
                before = self._log_nameless(phone=phone)
                contact = self._log_nameless(0, phone=phone, caller_name="Ann")
                if way != "create_partner":
                    customer = self.customer.create({"name": way, "phone": phone})
                if way == "choose_known":
                    contact.action_choose_known()
                elif way == "create_partner":
                    contact.action_create_partner()
                    customer = contact.partner_id
                elif way == "complaint":
                    contact.action_make_complaint()
                    contact.complaint_id.action_choose_known()
                else:
                    contact.sudo().action_make_lead()
                    lead = contact.sudo().lead_id
                    lead.user_id = self.salesperson
                    lead.with_user(self.salesperson).partner_id = customer
                self._assert_customer(contact | before, customer)

    def test_complaint_without_a_contact_tells_it_too(self):
        before = self._log_nameless(phone=NUMBER)
        complaint = self._create_complaint(partner_id=False, phone=NUMBER)
        complaint.partner_id = self.customer
        self._assert_customer(before, self.customer)

    def test_nobody_is_guessed(self):
        """Of several with the number, or of none, nobody is taken."""
        twin = self.customer.create({"name": "Twin", "phone": NUMBER})
        before = self._log_nameless(phone=NUMBER)
        self._log_nameless(0, phone=NUMBER).partner_id = self.customer
        self._assert_customer(before, twin.browse())
        twin.company_id = self.other_company
        self._log_nameless(0, phone=NUMBER).partner_id = self.customer
        self._assert_customer(before, self.customer)
        stranger = self._log_nameless(phone="+32 2 290 34 99")
        self._log_nameless(0, phone="+32 2 290 34 99").partner_id = self.customer
        self._assert_customer(stranger, twin.browse())

    def test_the_address_of_somebody_else_speaks_against_it(self):
        self.customer.create({"name": "Ann", "email": MAIL})
        before = self._log_nameless(phone=NUMBER, email=MAIL)
        self._log_nameless(0, phone=NUMBER).partner_id = self.customer
        self._assert_customer(before, self.customer.browse())

    def test_who_types_the_number_of_another_is_not_that_one(self):
        """The public form and mails take any number and any address."""
        for values in (
            {"phone": NUMBER, "email": "somebody@else.example"},
            {"phone": "+32 2 290 34 99", "email": MAIL},
        ):
            with self.subTest(values=values):
                self.customer.email = values["email"] == MAIL and MAIL
                typed = self._log_nameless(**values)
                contact = self._log_nameless(0, phone=values["phone"])
                contact.partner_id = self.customer
                self._assert_customer(typed, self.customer.browse())
                self.assertIn(typed, contact._find_nameless())

    def test_confidential_ones_and_other_companies_stay(self):
        secret = self._log_nameless(phone=NUMBER)
        secret.sudo().complaint_id = self._create_complaint(
            partner_id=False, is_confidential=True
        )
        elsewhere = self.env["crm.service.contact"].create(
            {
                "company_id": self.other_company.id,
                "team_id": False,
                "user_id": False,
                "phone": NUMBER,
            }
        )
        contact = self._log_nameless(0, phone=NUMBER)
        contact.partner_id = self.customer
        self._assert_customer(secret.sudo() | elsewhere, self.customer.browse())
        self.assertFalse(contact.nameless_count)

    def test_taken_away_drags_nobody_along(self):
        before = self._log_nameless(phone=NUMBER)
        contact = self._log_nameless(0, phone=NUMBER)
        contact.partner_id = self.customer
        contact.partner_id = False
        self._assert_customer(before, self.customer)
        self._assert_customer(contact, self.customer.browse())
        other = self.customer.create({"name": "Other"})
        before.partner_id = other
        self._assert_customer(before, other)
        self._assert_customer(contact, self.customer.browse())

    def test_chains_stay_and_first_time_is_told(self):
        first = self._log_nameless(3, phone=NUMBER)
        again = self._log_nameless(2, phone=NUMBER, previous_id=first.id)
        single = self._log_nameless(1, phone=NUMBER, state="done")
        contact = self._log_nameless(0, caller_name="Ann")
        self.assertFalse(contact.first_time)
        contact.partner_id = self.customer
        self._assert_customer(first | again | single, self.customer)
        self.assertEqual(again.previous_id, first)
        self.assertEqual(
            (first | again | single | contact).mapped("first_time"),
            ["no", False, "pending", "pending"],
        )
        contact.write({"partner_id": False, "phone": False})
        self.assertFalse(contact.first_time)

    def test_which_ones_are_asked(self):
        self.customer.create({"name": "Twin", "phone": NUMBER})
        theirs = self._log_nameless(2, phone=NUMBER, note="It gurgles")
        twins = self._log_nameless(1, phone=NUMBER)
        foreign = self._log_nameless(1, phone="+32 2 290 34 91")
        contact = self._log_nameless(0, phone=NUMBER)
        self.assertFalse(contact.nameless_count)
        action = contact.action_choose_known()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.agent)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(wizard.nameless_ids, theirs | twins)
        named = theirs.with_context(with_note=True)
        self.assertRegex(named.display_name, r"34 90 · .* · It gurgles$")
        wizard.write({"partner_id": self.customer.id, "also_ids": theirs | foreign})
        wizard.action_apply()
        self._assert_customer(contact | theirs, self.customer)
        self._assert_customer(twins | foreign, self.customer.browse())
        self.assertEqual(contact.nameless_count, 1)
        action = contact.action_ask_nameless()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.agent)
            .with_context(**action["context"])
        )
        self.assertTrue(form.is_known)
        form.also_ids.add(twins)
        form.save().action_apply()
        self._assert_customer(twins, self.customer)
        self.assertFalse(contact.nameless_count)

    def test_who_may_not_write_claims_nothing(self):
        self.customer.phone = False
        before = self._log_nameless(phone=NUMBER)
        contact = self._log_nameless(0, phone=NUMBER, partner_id=self.customer.id)
        stranger = self._create_user("stranger", SERVICE_USER)
        for user in (stranger, self.technician, self.salesperson):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                contact.with_user(user).action_ask_nameless()
        wizard = self.env["crm.service.known"].with_user(stranger)
        with self.assertRaises(AccessError):
            wizard.create(
                {
                    "res_model": contact._name,
                    "res_id": contact.id,
                    "also_ids": before.ids,
                }
            ).action_apply()
        self._assert_customer(before, self.customer.browse())

    def test_beginning_of_a_long_note_is_marked(self):
        note = "It gurgles, \n" + "and it drips from the lid of the filter " * 3
        named = self._log_nameless(phone=NUMBER, note=note)
        named = named.with_context(with_note=True)
        self.assertRegex(named.display_name, r" · It gurgles, and it drips .*[a-z]…$")

    def test_note_is_in_no_name_for_who_may_not_read_it(self):
        contact = self._log_nameless(phone=NUMBER, note="It gurgles")
        named = contact.with_context(with_note=True)
        self.assertIn("It gurgles", named.with_user(self.colleague).display_name)
        asked = named.with_user(self.technician).sudo()
        self.assertNotIn("It gurgles", asked.display_name)

    def test_nobody_known_is_said(self):
        contact = self._log_nameless(phone="+32 2 290 34 99")
        self.assertTrue(contact.is_unknown)
        with self.assertRaisesRegex(UserError, "Nobody is known"):
            contact.action_choose_known()

    def test_cost(self):
        """Ten thousand in one statement; what has no number costs nothing."""
        values = {"phone": NUMBER, "team_id": self.team.id}
        contacts = self.env["crm.service.contact"].create([values] * 10_000)
        nobody = self._log_nameless(0)
        known = self._log_nameless(0, phone=NUMBER)
        self.env.flush_all()
        with self.assertQueryCount(0):
            nobody._on_customer_known()
        known.partner_id = self.customer
        self.env.flush_all()
        self.assertEqual(
            self.env["crm.service.contact"].search_count(
                [("partner_id", "=", self.customer.id)]
            ),
            10_001,
        )
        claimed = self._log_nameless(0, phone=NUMBER)
        claimed.sudo().partner_id = self.customer
        self.env.flush_all()
        with self.assertQueryCount(1):
            claimed._on_customer_known()
        self.assertEqual(len(contacts), 10_000)
