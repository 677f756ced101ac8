from contextlib import contextmanager
from functools import partial

from odoo.tests import tagged

from odoo.addons.crm_guided_conversation.models import (
    mail_activity as conversation_activity,
)

from ..models import crm_lead, mail_activity
from .test_performance import PerformanceCommon


@contextmanager
def left_out(*overrides):
    """Odoo's own methods for a while, as if ours were not there.

    :param overrides: a class and the name of its method
    """
    methods = {(cls, name): cls.__dict__[name] for cls, name in overrides}
    for cls, name in methods:
        delattr(cls, name)
    try:
        yield
    finally:
        for (cls, name), method in methods.items():
            setattr(cls, name, method)


@tagged("post_install", "-at_install")
class TestOthersPayNothing(PerformanceCommon):
    """Who has nothing to do with us takes not one query more because of us."""

    def _assert_free(self, overrides, prepare, call, margin=0):
        """The work takes no query more than without our methods.

        :param overrides: classes and names of our methods
        :param prepare: makes records, called before counting
        :param call: does the work on them
        """

        def count():
            return self._count_queries(partial(call, prepare()))

        count(), count()  # fill the ormcaches
        with_us = count()
        with left_out(*overrides):
            without_us = count()
        self.assertLessEqual(with_us, without_us + margin)

    def _assert_lead_is_free(self, call, *names, margin=0):
        self._assert_free(
            [(crm_lead.CrmLead, name) for name in names],
            lambda: self.env["crm.lead"].create(
                [
                    {"name": "Lead", "type": "opportunity", "email_from": "a@b.example"}
                    for _number in range(5)
                ]
            ),
            call,
            margin,
        )

    def test_activity_of_another_model(self):
        self._assert_free(
            [
                (mail_activity.MailActivity, "_action_done"),
                (conversation_activity.MailActivity, "_action_done"),
            ],
            lambda: self.partners[0].activity_schedule("mail.mail_activity_data_todo"),
            lambda activity: activity._action_done(),
        )

    def test_new_lead(self):
        self._assert_free(
            [(crm_lead.CrmLead, "create")],
            lambda: [{"name": "Lead", "partner_id": self.partners[1].id}] * 5,
            lambda vals_list: self.env["crm.lead"].create(vals_list),
        )

    def test_lead_that_changes(self):
        partner, user = self.partners[2], self.colleague
        values = {"partner_id": partner.id, "user_id": user.id}
        self._assert_lead_is_free(lambda leads: leads.write(values), "write")

    def test_lead_that_is_lost(self):
        self._assert_lead_is_free(
            lambda leads: leads.action_set_lost(), "write", "_handle_won_lost"
        )

    def test_lead_that_is_copied(self):
        self._assert_lead_is_free(lambda leads: leads.copy(), "create", "copy_data")

    def test_leads_that_are_merged(self):
        names = ("write", "unlink", "_merge_dependences", "_merge_get_fields_specific")
        self._assert_lead_is_free(
            lambda leads: leads._merge_opportunity(auto_unlink=True), *names
        )

    def test_lead_that_is_deleted(self):
        """But for one look at the leads themselves, where nobody has read them yet."""
        self._assert_lead_is_free(lambda leads: leads.unlink(), "unlink", margin=1)

    def test_lead_that_was_introduced_is_asked(self):
        """The counts can differ: else they would say nothing."""
        partners = iter(self.partners)

        def convert():
            referral = self._create_referral(partner_id=next(partners).id)
            return (
                self._create_introduced_candidate(referral=referral)._convert().sudo()
            )

        with self.assertRaises(AssertionError):
            self._assert_free(
                [(crm_lead.CrmLead, "unlink")],
                convert,
                lambda lead: lead.unlink(),
                margin=1,
            )
