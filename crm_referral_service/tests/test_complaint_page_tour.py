from odoo.tests import HttpCase, new_test_user, tagged

from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestComplaintPageTour(ServiceCommon, HttpCase):
    """The customer on the phone: it is not solved after all."""

    browser_size = "390x844"
    touch_enabled = True

    def setUp(self):
        super().setUp()
        self.complaint = self._create_complaint()
        self.complaint.write(self._fill_in(self.complaint, "follow_through"))
        self.complaint.action_next_step()
        self.assertEqual(self.complaint.outcome, "resolved")

    def _check_reopened(self):
        self.env.invalidate_all()
        self.assertFalse(self.complaint.outcome)
        self.assertEqual(self.complaint.reopen_count, 1)
        self.assertEqual(self.complaint.reopen_reason, "It gurgles again")
        page = self.env.ref("crm_referral_service.mail_activity_type_page")
        activity = self.complaint.sudo().activity_ids.filtered(
            lambda each: each.activity_type_id == page
        )
        self.assertEqual(activity.user_id, self.agent)
        # Whoever is not content any more is not asked for anything.
        self.assertEqual(self.customer.referral_readiness, "open_complaint")

    def test_reopen_without_login(self):
        path = f"/service/complaint/{self.complaint.sudo().access_token}"
        self.start_tour(path, "crm_service_page_reopen", login=None)
        self._check_reopened()

    def test_reopen_in_the_portal(self):
        user = new_test_user(
            self.env,
            login="portal_clinic",
            groups="base.group_portal",
            partner_id=self.customer.id,
        )
        self.start_tour("/my", "crm_service_portal_reopen", login=user.login)
        self._check_reopened()
