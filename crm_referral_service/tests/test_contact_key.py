from odoo.tests import Form, tagged

from .test_contact import ContactCommon

TAIPEI = "t+886223456789"


@tagged("post_install", "-at_install")
class TestContactKey(ContactCommon):
    """The same customer is recognised, however number and address are written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.taiwan = cls.env.ref("base.tw")
        cls.env.company.country_id = cls.taiwan

    def _get_key(self, **values):
        return self._log(**values).customer_key

    def test_numbers(self):
        for phone in (
            "02-2345-6789",
            "(02) 2345 6789",
            "+886 2 2345 6789",
            "00886223456789",
            "886 2 2345 6789",
            "tel:+886-2-2345-6789",
            "０２－２３４５－６７８９",
            "＋８８６ ２ ２３４５ ６７８９",
            "02-2345-6789 ext. 12",
            "02-2345-6789#12",
            "02-2345-6789 分機 12",
            "02-2345-6789 轉12",
            "+886 2 2345 6789 内线：12",
        ):
            with self.subTest(phone=phone):
                self.assertEqual(self._get_key(phone=phone), TAIPEI)

    def test_typed_on_the_quick_screen(self):
        for words in (
            "０２－２３４５－６７８９",
            "＋886 2 2345 6789",
            "02-2345-6789 分機 12",
            "陳小姐 02-2345-6789 ext 12",
        ):
            with self.subTest(words=words):
                Contact = self.env["crm.service.contact"].with_user(self.agent)
                noted = Contact.log_contact({"words": words, "channel": "phone"})
                self.assertEqual(Contact.browse(noted["id"]).customer_key, TAIPEI)

    def test_other_numbers_are_other_customers(self):
        for phone in (
            "02-2345-6780",
            "03-2345-6789",
            "+32 2 234 56 78",
            "02-2345-67",
            "no number",
            "12",
        ):
            with self.subTest(phone=phone):
                self.assertNotEqual(self._get_key(phone=phone), TAIPEI)

    def test_country_is_that_of_the_company_called(self):
        """Not of the company in which the agent has just looked at something."""
        belgium = self.env["res.company"].create(
            {"name": "Belgium", "country_id": self.env.ref("base.be").id}
        )
        values = {"company_id": belgium.id, "team_id": False, "user_id": False}
        contact = self.env["crm.service.contact"].create(
            {**values, "phone": "02 290 34 90"}
        )
        self.assertEqual(contact.customer_key, "t+3222903490")
        contact.with_company(belgium).phone = "02 290 34 91"
        self.assertEqual(contact.customer_key, "t+3222903491")

    def test_country_of_the_customer_first(self):
        self.customer.country_id = self.env.ref("base.be")
        contact = self._log(partner_id=self.customer.id, phone="02 290 34 91")
        self.assertEqual(contact.phone_sanitized, "+3222903491")

    def test_addresses(self):
        key = "mann@clinic.example"
        for email, expected in (
            ("ANN@Clinic.Example", key),
            ('"Ann, Dr." <ann@clinic.example>', key),
            (" ann@clinic.example ", key),
            ("ann@clinic.example, office@clinic.example", key),
            # Whether these are one mailbox is known to their server, not to us.
            ("ann+shop@clinic.example", "mann+shop@clinic.example"),
            ("ann", False),
            ("@", False),
        ):
            with self.subTest(email=email):
                self.assertEqual(self._get_key(email=email), expected)

    def test_one_of_several_addresses_is_known(self):
        self.customer.email = "ann@clinic.example"
        contact = self._log(email="Ann@Clinic.example, office@clinic.example")
        self.assertEqual(contact.known_partner_ids, self.customer)

    def test_the_form_offers_whom_we_know(self):
        form = Form(self.env["crm.service.contact"].with_user(self.agent))
        form.phone = "+32 2 290 34 90 ext. 3"
        self.assertEqual(form.known_partner_ids.ids, self.customer.ids)

    def test_a_form_that_was_only_opened_is_not_written_down(self):
        """The browser saves new forms when their tab is closed."""
        Contact = self.env["crm.service.contact"].with_user(self.agent)
        with self.assertRaisesRegex(AssertionError, "note is a required field"):
            Form(Contact).save()
        for field, value in (
            ("note", "Asks when we open"),
            ("phone", "+32 2 290 34 91"),
            ("caller_name", "Ann"),
        ):
            with self.subTest(field=field):
                form = Form(Contact)
                form[field] = value
                self.assertEqual(form.save()[field], value)

    def test_a_message_without_words_can_be_worked_on(self):
        contact = self.env["crm.service.contact"].create(
            {"channel": "chat", "user_id": self.agent.id}
        )
        form = Form(contact.with_user(self.agent))
        form.channel = "phone"
        self.assertEqual(form.save().channel, "phone")
