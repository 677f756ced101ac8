from datetime import timedelta

from odoo.tests import HttpCase, tagged

from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestQuickContactTour(ServiceCommon, HttpCase):
    """An agent at the desk, and with one hand on a phone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.name = "Tour Clinic"
        cls.before = (
            cls.env["crm.service.contact"]
            .with_user(cls.agent)
            .create(
                {
                    "partner_id": cls.customer.id,
                    "reason_id": cls.reason.id,
                    "note": "Where is it?",
                    "contacted_on": cls.env.cr.now() - timedelta(days=1),
                    "state": "done",
                }
            )
        )

    def _take_three_calls(self):
        Contact = self.env["crm.service.contact"]
        known = Contact.search([])
        self.start_tour(
            "/odoo/new-contact", "crm_service_quick_contact", login=self.agent.login
        )
        unknown, again, later = (Contact.search([]) - known).sorted("id")
        self.assertEqual((unknown.caller_name, unknown.phone), ("Chen", "02 290 34 91"))
        self.assertEqual((unknown.note, unknown.state), ("It gurgles", "open"))
        self.assertEqual((again.first_id, again.state), (self.before, "done"))
        self.assertEqual(again.miss_id.code, "not_understood")
        self.assertEqual((later.partner_id, later.state), (self.customer, "waiting"))
        self.assertTrue(later.callback_wanted)
        self.assertLess(later.callback_from, later.callback_to)
        self.assertEqual(later.note, "Calls from the ward")
        return later

    def test_at_the_desk(self):
        self._take_three_calls()


@tagged("post_install", "-at_install")
class TestQuickContactPhoneTour(TestQuickContactTour):
    browser_size = "390x844"
    touch_enabled = True

    def test_at_the_desk(self):
        """The same with a thumb, then the call back within the customer's time."""
        later = self._take_three_calls()
        self.assertFalse(later.called_back_on)
        self.start_tour(
            "/odoo/call-back-now", "crm_service_call_back", login=self.agent.login
        )
        self.assertEqual(later.callback_attempts, 1)
        self.assertTrue(later.callback_from <= later.called_back_on < later.callback_to)

    def test_nothing_is_lost_when_it_is_refused(self):
        self.start_tour(
            "/odoo/crm.service.contact/new",
            "crm_service_refused_contact",
            login=self.agent.login,
        )
        contact = self.env["crm.service.contact"].search([], order="id desc", limit=1)
        self.assertEqual(
            (contact.note, contact.reason_id, contact.state),
            ("It gurgles again", self.reason, "done"),
        )
