from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from odoo import api
from odoo.fields import Command
from odoo.tests import TransactionCase, freeze_time, new_test_user

NOW = "2026-03-02 09:00:00"  # a Monday
TODAY = "2026-03-02"


class ReferralCase(TransactionCase):
    """Companies, users of every role, and helpers to walk through a request.

    Nothing here needs demo data. The time stands still only in
    :class:`ReferralCommon`; tests over HTTP use this class with the real time.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, no_reset_password=True))
        cls._create_companies()
        cls._create_users()
        cls._create_customers()
        cls.steps = cls.env["crm.referral.step"].search([])
        cls.step = {step.code: step for step in cls.steps}
        cls.motive = cls.env["crm.referral.motive"].search([], limit=1)
        cls.decline_reason = cls.env.ref("crm_referral.decline_reason_not_now")

    @classmethod
    def _create_companies(cls):
        cls.company = cls.env.company
        cls.company.write(
            {
                "country_id": cls.env.ref("base.tw").id,
                # Rounds follow each other as a test needs them.
                "assessment_rest_days": 0,
                "referral_quiet_days": 90,
                "referral_retention_days": 180,
            }
        )
        cls.other_company = cls.env["res.company"].create(
            {
                "name": "Second Company",
                "assessment_rest_days": 0,
                "country_id": cls.env.ref("base.tw").id,
                "currency_id": cls.env.ref("base.EUR").id,
            }
        )

    @classmethod
    def _create_users(cls):
        salesman = "base.group_user,sales_team.group_sale_salesman"
        cls.rep = cls._create_user("rep", salesman)
        cls.colleague = cls._create_user("colleague", salesman)
        cls.all_documents = cls._create_user(
            "all_documents", "base.group_user,sales_team.group_sale_salesman_all_leads"
        )
        cls.manager = cls._create_user(
            "manager", "base.group_user,sales_team.group_sale_manager"
        )
        cls.employee = cls._create_user("employee", "base.group_user")
        cls.portal = cls._create_user("portal", "base.group_portal")
        cls.public = cls._create_user("public", "base.group_public")
        cls.foreign_rep = cls._create_user(
            "foreign_rep", salesman, company=cls.other_company
        )
        cls.foreign_manager = cls._create_user(
            "foreign_manager",
            "base.group_user,sales_team.group_sale_manager",
            company=cls.other_company,
        )

    @classmethod
    def _create_user(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=f"referral_{login}",
            groups=groups,
            name=login.replace("_", " ").title(),
            email=f"{login}@ours.example.com",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            tz="UTC",
        )

    @classmethod
    def _create_customers(cls):
        cls.customer, cls.other_customer = cls.env["res.partner"].create(
            [
                {"name": "Ann Archer", "email": "ann@customer.example.com"},
                {"name": "Carl Carter", "email": "carl@customer.example.com"},
            ]
        )

    @contextmanager
    def assertRaisesRegex(self, expected_exception, expected_regex):
        """Odoo's ``assertRaises``, which rolls back, and a pattern for the message."""
        with self.assertRaises(expected_exception) as catcher:
            yield catcher
        self.assertRegex(str(catcher.exception), expected_regex)

    # === RECORDS === #

    @classmethod
    def _create_referral(cls, user=None, **vals):
        """Start a request as the rep, with the first customer unless told otherwise."""
        return (
            cls.env["crm.referral"]
            .with_user(user or cls.rep)
            .create({"partner_id": cls.customer.id, **vals})
        )

    @classmethod
    def _create_candidate(cls, referral, **vals):
        """Name a candidate in the request; Bob, unless told otherwise."""
        return referral.env["crm.referral.candidate"].create(
            {"referral_id": referral.id, "name": "Bob Builder", **vals}
        )

    @classmethod
    def _create_prepared(cls, referral, **vals):
        """Prepare a name for the request; Bob, unless told otherwise."""
        return referral.env["crm.referral.prepared"].create(
            {"referral_id": referral.id, "name": "Bob Builder", **vals}
        )

    @classmethod
    def _create_benefit(cls, partner=None, **vals):
        return cls.env["crm.referral.benefit"].create(
            {
                "partner_id": (partner or cls.customer).id,
                "name": "Closing takes two days",
                **vals,
            }
        )

    @classmethod
    def _create_won_lead(cls, partner=None, **vals):
        lead = cls.env["crm.lead"].create(
            {
                "name": "Won deal",
                "type": "opportunity",
                "partner_id": (partner or cls.customer).id,
                **vals,
            }
        )
        lead.action_set_won()
        return lead

    # === WALKING === #

    @classmethod
    def _complete_step(cls, referral):
        """Note what the current step of the request requires."""
        code = referral.step_code
        if code == "benefits":
            referral.benefit_ids = cls._create_benefit(
                referral.partner_id, confirmed=True, company_id=referral.company_id.id
            )
        elif code == "profile":
            referral.write({"challenge": "Slow closing", "improvement": "Fast closing"})
        elif code == "value":
            referral.motive_ids = cls.motive
        elif code == "suggest":
            if not referral.candidate_ids:
                cls._create_candidate(referral)
        elif code == "introduce":
            referral.candidate_ids.filtered(
                lambda c: c.state == "suggested"
            ).action_agree()
        elif code == "follow_through":
            referral.candidate_ids.filtered(
                lambda c: c.state == "agreed"
            ).action_introduce()
            for candidate in referral.candidate_ids.filtered(
                lambda c: c.state == "introduced"
            ):
                candidate._convert()

    @classmethod
    def _walk_to(cls, referral, code):
        """Complete step after step until the request is in the given one."""
        for _step in cls.steps:
            if referral.step_code == code:
                break
            cls._complete_step(referral)
            referral.action_next_step()
        return referral

    @classmethod
    def _create_introduced_candidate(cls, user=None, referral=None, **vals):
        """A candidate whom the customer has introduced, in the last step."""
        referral = referral or cls._create_referral(user)
        candidate = cls._create_candidate(referral, **vals)
        cls._walk_to(referral, "follow_through")
        candidate.action_introduce()
        return candidate

    @classmethod
    def _get_activities(cls, record, xml_id):
        """:return: open activities of this type, whoever may see them."""
        return cls.env["mail.activity"].search(
            [
                ("res_model", "=", record._name),
                ("res_id", "in", record.ids),
                ("activity_type_id", "=", cls.env.ref(f"crm_referral.{xml_id}").id),
            ]
        )

    @contextmanager
    def _in_cron(self, model):
        """Crons commit their progress: give them a cursor that may, inside the test.

        :return: the model, as the crons' user
        """
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            yield api.Environment(cr, api.SUPERUSER_ID, {})[model]

    def _run_cron(self, xml_id):
        """Run a cron as the scheduler does: its record, its code, its user."""
        with self.enter_registry_test_mode():
            self.env.ref(xml_id).method_direct_trigger()

    def _get_chatter(self, record):
        """:return: the bodies of all messages of the record."""
        self.env.flush_all()
        self.env.cr.flush()  # tracking values are posted before the commit
        return "\n".join(
            self.env["mail.message"]
            .search([("model", "=", record._name), ("res_id", "in", record.ids)])
            .mapped("body")
        )


@freeze_time(NOW)
class ReferralCommon(ReferralCase):
    """:class:`ReferralCase` on one Monday morning in March 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The transaction's time is PostgreSQL's, which freezegun does not stop.
        cls.startClassPatcher(
            patch("odoo.sql_db.BaseCursor.now", lambda cursor: datetime.utcnow())
        )

    @contextmanager
    def _at(self, moment):
        """Do something at another moment, in another transaction so to speak."""
        self.env.flush_all()
        self.env.cr.flush()
        self.env.invalidate_all()
        with freeze_time(moment):
            yield
            self.env.flush_all()
            self.env.cr.flush()
        self.env.invalidate_all()
