from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import TransactionCase, freeze_time, new_test_user, tagged

NOW = "2026-03-02 09:00:00"  # a Monday

USER = "base.group_user,crm_assessment.group_assessment_user"
TEAM = "base.group_user,crm_assessment.group_assessment_team"
MANAGER = "base.group_user,crm_assessment.group_assessment_manager"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class AssessmentCase(TransactionCase):
    """Users of every role and two frameworks made of data, on one Monday morning.

    Nothing here needs another addon than this one and those it depends on.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The transaction's time is PostgreSQL's, which freezegun does not stop.
        cls.startClassPatcher(
            patch("odoo.sql_db.BaseCursor.now", lambda cursor: datetime.utcnow())
        )
        cls.env = cls.env(context=dict(cls.env.context, no_reset_password=True))
        cls.company = cls.env.company
        cls.other_company = cls.env["res.company"].create({"name": "Second Company"})
        # Rounds follow each other as a test needs them.
        (cls.company | cls.other_company).assessment_rest_days = 0
        cls._create_users()
        cls._create_teams()
        cls._create_customers()
        cls._create_scale()
        cls._create_visit()
        cls._create_talk()

    @classmethod
    def _create_users(cls):
        cls.agent = cls._create_user("agent", USER)
        cls.colleague = cls._create_user("colleague", USER)
        cls.leader = cls._create_user("leader", USER)
        cls.team_reader = cls._create_user("team_reader", TEAM)
        cls.manager = cls._create_user("manager", MANAGER)
        cls.employee = cls._create_user("employee", "base.group_user")
        cls.portal = cls._create_user("portal", "base.group_portal")
        cls.public = cls._create_user("public", "base.group_public")
        cls.foreign_manager = cls._create_user(
            "foreign_manager", MANAGER, cls.other_company
        )

    @classmethod
    def _create_user(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=f"assessment_{login}",
            groups=groups,
            name=login.replace("_", " ").title(),
            email=f"{login}@ours.example.com",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            tz="UTC",
        )

    @classmethod
    def _create_teams(cls):
        """The agent's team has a leader, the colleague's has none."""
        cls.team, cls.other_team = cls.env["crm.team"].create(
            [
                {
                    "name": name,
                    "user_id": leader.id,
                    "company_id": cls.company.id,
                    "member_ids": [Command.set(member.ids)],
                }
                for name, leader, member in (
                    ("North", cls.leader, cls.agent | cls.team_reader),
                    ("South", cls.env["res.users"], cls.colleague),
                )
            ]
        )

    @classmethod
    def _create_customers(cls):
        Partner = cls.env["res.partner"]
        cls.customer, cls.other_customer = Partner.create(
            [
                {"name": name, "is_company": True, "user_id": user.id}
                for name, user in (("Clinic", cls.agent), ("Bakery", cls.colleague))
            ]
        )
        cls.person, cls.other_person = Partner.create(
            [
                {
                    "name": f"{name} Oliver",
                    "parent_id": parent.id,
                    "email": f"{name.lower()}@customer.example.com",
                }
                for name, parent in (
                    ("Anita", cls.customer),
                    ("Bert", cls.other_customer),
                )
            ]
        )

    @classmethod
    def _create_scale(cls):
        cls.scale = cls.env["crm.assessment.scale"].create(
            {
                "name": "Traffic light",
                "option_ids": [
                    Command.create({"name": "Red", "value": 0.0, "sequence": 1}),
                    Command.create({"name": "Amber", "value": 0.5, "sequence": 2}),
                    Command.create({"name": "Green", "value": 1.0, "sequence": 3}),
                    Command.create(
                        {"name": "None", "is_not_applicable": True, "sequence": 4}
                    ),
                ],
            }
        )
        cls.red, cls.amber, cls.green, cls.none = cls.scale.option_ids

    @classmethod
    def _create_framework(cls, code, areas, **values):
        """A framework before all others.

        :param dict areas: by letter and name the values of the items
        """
        return cls.env["crm.assessment.framework"].create(
            {
                "code": code,
                "name": code.title(),
                "scale_id": cls.scale.id,
                "sequence": -100,
                "fair_from": 40,
                "strong_from": 80,
                "section_ids": [
                    Command.create(
                        {
                            "code": name.lower(),
                            "letter": letter,
                            "name": name,
                            "sequence": sequence,
                            "item_ids": [Command.create(item) for item in items],
                        }
                    )
                    for sequence, ((letter, name), items) in enumerate(areas.items(), 1)
                ],
                **values,
            }
        )

    @classmethod
    def _create_visit(cls):
        """The framework that asks the customer, the one who serves and the manager."""
        cls.visit = cls._create_framework(
            "visit",
            {
                ("A", "Access"): [
                    {"name": "The way is signposted.", "weight": 3},
                    {"name": "We were kept waiting.", "is_reversed": True},
                ],
                ("B", "Billing"): [{"name": "Bills are right."}],
            },
            respondents="viewpoints",
            stage_ids=[
                Command.create(
                    {
                        "code": name.lower(),
                        "name": name,
                        "sequence": sequence,
                        "minimum_score": score,
                        "minimum_recommendation": recommendation,
                    }
                )
                for sequence, (name, score, recommendation) in enumerate(
                    (("Lost", 0, 0), ("Content", 40, 5), ("Fan", 80, 9))
                )
            ],
        )
        cls.access, cls.billing = cls.visit.section_ids
        cls.env["crm.assessment.item"].create(
            {
                "framework_id": cls.visit.id,
                "name": "Would you recommend us?",
                "kind": "rating",
                "viewpoint": "customer",
            }
        )

    @classmethod
    def _create_talk(cls):
        """The checklist of an agent, and of who reviews them."""
        cls.talk = cls._create_framework(
            "talk",
            {
                ("L", "Listening"): [
                    {"name": "Let the customer speak."},
                    {"name": "Asked why."},
                ],
                ("S", "Summary"): [{"name": "Agreed on the next step."}],
            },
            respondents="review",
            asks_cause=True,
            cause_framework_id=cls.visit.id,
            minimum_reviewed=2,
        )
        cls.listening, cls.summary = cls.talk.section_ids

    @contextmanager
    def assertRaisesRegex(self, expected_exception, expected_regex):
        """Odoo's ``assertRaises``, which rolls back, and a pattern for the message."""
        with self.assertRaises(expected_exception) as catcher:
            yield catcher
        self.assertRegex(str(catcher.exception), expected_regex)

    # === RECORDS === #

    @classmethod
    def _create_round(cls, user=None, **values):
        """A draft about the customer, as the agent makes it."""
        return (
            cls.env["crm.assessment.round"]
            .with_user(user or cls.agent)
            .create(
                {
                    "framework_id": cls.visit.id,
                    "partner_id": cls.customer.id,
                    **values,
                }
            )
        )

    @classmethod
    def _start_round(cls, user=None, delivery="mail", **values):
        """Send a round, as a person does in the dialog."""
        round_ = cls._create_round(user, **values)
        round_._start(delivery)
        return round_.with_env(cls.env)

    @classmethod
    def _start_talk(cls, **values):
        return cls._start_round(
            **{"framework_id": cls.talk.id, "user_id": cls.agent.id, **values}
        )

    @classmethod
    def _get_form(cls, round_, viewpoint):
        """:return: the form of a viewpoint, whoever may see it."""
        forms = round_._search_assessments()
        return forms.filtered(lambda form: form.viewpoint == viewpoint)

    @classmethod
    def _sign(cls, round_, viewpoint, *options, rating=None, **cause):
        """Answer the items in their order, and sign as the one who is asked.

        :param rating: how likely the customer is to recommend us
        :param cause: values of every answer on the scale
        """
        form = cls._get_form(round_, viewpoint)
        if form.respondent_id:
            form = form.with_user(form.respondent_id)
        lines = form.line_ids.filtered(lambda line: line.kind == "scale")
        for line, option in zip(lines, options, strict=True):
            line.write({"option_id": option.id, **cause})
        if rating:
            form.line_ids.filtered(lambda line: line.kind == "rating").rating = rating
        form.action_done()
        cls.env.invalidate_all()
        return form.with_env(cls.env)

    @classmethod
    def _sign_colleagues(cls, round_):
        """100 and 100 by who serves; 50 and 50 by the manager."""
        cls._sign(round_, "employee", cls.green, cls.red, cls.green)
        cls._sign(round_, "manager", cls.amber, cls.amber, cls.amber)

    @classmethod
    def _close_round(cls, **values):
        """Access (3 * 1 + 0.5) / 4 = 87.5, billing 0, in all 43.75 by the customer."""
        round_ = cls._start_round(**values)
        cls._sign(round_, "customer", cls.green, cls.amber, cls.red, rating="9")
        cls._sign_colleagues(round_)
        return round_

    @classmethod
    def _review_talk(cls, **values):
        """100 by the agent; listening 75, summary 0, in all 37.5 by the reviewer."""
        round_ = cls._start_talk(**values)
        cls._sign(round_, "self", cls.green, cls.green, cls.green)
        cls._sign(
            round_,
            "reviewer",
            cls.green,
            cls.amber,
            cls.red,
            cause="organization",
            cause_section_id=cls.billing.id,
        )
        return round_

    @classmethod
    def _get_activities(cls, record, name):
        """:return: the open activities of one of our types."""
        xml_id = f"crm_assessment.mail_activity_type_{name}"
        return cls.env["mail.activity"].search(
            [
                ("res_model", "=", record._name),
                ("res_id", "in", record.ids),
                ("activity_type_id", "=", cls.env.ref(xml_id).id),
            ]
        )

    def _run_cron(self, name):
        """Run a cron as the scheduler does: its record, its code, its user."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            cron = self.env.ref(f"crm_assessment.ir_cron_assessment_{name}")
            cron.method_direct_trigger()
        self.env.invalidate_all()

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
