from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval


class DocumentCase:
    """What a bridge promises that says which order (or the like) a contact is about.

    Its test, a ``ContactCommon``, names the field and who sees it, and says how such a
    document is made.
    """

    field = None
    groups = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_reason = cls.env.ref("crm_referral_service.reason_damaged")
        cls.stranger = cls.env["res.partner"].create({"name": "Somebody Else"})
        cls.nurse = cls.env["res.partner"].create(
            {"name": "Nurse", "parent_id": cls.customer.id}
        )
        cls.seeing = cls._create_user("seeing", "base.group_user")
        groups = ("crm_referral_service.group_service_user", *cls.groups)
        cls.seeing.group_ids = [Command.link(cls.env.ref(name).id) for name in groups]
        cls.team.member_ids = [Command.link(cls.seeing.id)]
        cls.document = cls._make_document(cls.customer)

    @classmethod
    def _make_document(cls, partner, company=None):
        """:return: one that belongs to a customer"""
        raise NotImplementedError

    def _log_about(self, document=None, user=None, **values):
        document = self.document if document is None else document
        values = {"partner_id": self.customer.id, self.field: document.id, **values}
        return self._log(user or self.seeing, **values)

    def test_the_same_is_proposed_for_another_reason(self):
        first = self._log_about(days_ago=2, reason_id=self.reason.id)
        again = self._log_about(reason_id=self.other_reason.id)
        self.assertEqual(again.proposed_previous_id, first)
        another = self._make_document(self.customer)
        new = self._log_about(another, reason_id=self.other_reason.id)
        self.assertEqual(new.proposed_previous_id, again)
        third = self.env.ref("crm_referral_service.reason_promise")
        new = self._log_about(another, reason_id=third.id)
        self.assertNotEqual(new.proposed_previous_id, first)

    def test_of_the_customer_only(self):
        theirs = self._make_document(self.stranger)
        contact = self._log_about(reason_id=self.reason.id)
        words = "choose one of the customer of the contact"
        for values in (
            {self.field: theirs.id},
            {self.field: self.document.id, "partner_id": self.stranger.id},
        ):
            with self.subTest(values=values), self._refused(words):
                contact.write(values)
        with self._refused(words):
            self._log(self.seeing, **{self.field: theirs.id})
        # Colleagues of the same company are one customer.
        self._log_about(partner_id=self.nurse.id)
        self.assertEqual(contact[self.field], self.document)

    def test_proposed_are_those_of_the_customer(self):
        self._make_document(self.stranger)
        contact = self._log_about(partner_id=self.nurse.id)
        self.env.flush_all()
        domain = contact.fields_get([self.field])[self.field]["domain"]
        domain = safe_eval(
            domain,
            {
                "commercial_partner_id": contact.commercial_partner_id.id,
                "company_id": contact.company_id.id,
                "allowed_company_ids": self.env.companies.ids,
            },
        )
        self.assertEqual(self.document.search(domain), self.document)

    def test_of_the_same_company_only(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        there = self._make_document(self.customer, other)
        with self.assertRaises(UserError):
            self._log_about(there, self.env.user)
        with self.assertRaises(AccessError):
            self._log_about(there)

    def test_another_customer_has_another_one(self):
        """Also when somebody says so who may not see what it was."""
        contact = self._log_about()
        contact.with_user(self.agent).partner_id = self.stranger
        self.assertFalse(contact[self.field])
        contact = self._log_about()
        contact.with_user(self.agent).partner_id = self.nurse
        self.assertEqual(contact[self.field], self.document)

    def test_who_may_not_read_all_learns_no_name(self):
        contact = self._log_about(reason_id=self.reason.id, days_ago=1)
        for records in (
            contact.with_user(self.agent),
            self.env["crm.service.contact.report"].with_user(self.agent),
        ):
            self.assertNotIn(self.field, records.fields_get())
            for call in (
                lambda model=records: model.search([(self.field, "!=", False)]),
                lambda model=records: model.search([], order=self.field, limit=1),
                lambda model=records: model.formatted_read_group(
                    [], [self.field], ["__count"]
                ),
                lambda model=records: model.search([], limit=1).read([self.field]),
                lambda model=records: model.search([], limit=1).web_read(
                    {self.field: {"fields": {"display_name": {}}}}
                ),
            ):
                with self.assertRaises(AccessError):
                    call()
        with self.assertRaises(AccessError):
            contact.with_user(self.agent)[self.field] = self.document
        # The reason still tells that it is about the same.
        again = self._log(partner_id=self.customer.id, reason_id=self.reason.id)
        self.assertEqual(again.proposed_previous_id.id, contact.id)

    def test_reasons_of_each(self):
        self._log_about(reason_id=self.reason.id)
        self._log_about(reason_id=self.other_reason.id)
        rows = (
            self.env["crm.service.contact.report"]
            .with_user(self.seeing)
            ._read_group(
                [(self.field, "!=", False)],
                [self.field, "reason_id"],
                ["inbound_count:sum"],
            )
        )
        self.assertEqual(
            sorted(rows, key=str),
            sorted(
                [
                    (self.document, self.reason, 1),
                    (self.document, self.other_reason, 1),
                ],
                key=str,
            ),
        )

    def test_deleted_or_merged(self):
        contact = self._log_about()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.customer | self.stranger).ids, self.stranger
        )
        self.env.invalidate_all()
        self.assertEqual(contact.partner_id, self.stranger)
        self.assertEqual(contact[self.field], self.document)
        contact.sudo()._check_documents()
        self.document.sudo().unlink()
        self.env.invalidate_all()
        self.assertFalse(contact[self.field])

    def test_form_of_who_sees_it_and_who_does_not(self):
        contact = self._log_about()
        with Form(contact) as form:
            self.assertEqual(form[self.field], self.document)
        with Form(contact.with_user(self.agent)) as form:
            form.note = "He called from the car"
        self.assertEqual(contact[self.field], self.document)
