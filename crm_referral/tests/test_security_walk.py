"""Tries what nobody should be able to do, on all there is of requests and rounds.

What is expected is written here; what is tried comes from the registry.
"""

from odoo.fields import Command
from odoo.http import _generate_routing_rules
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .assessment_common import AssessmentCase
from .common import ReferralCase
from .security_walk import SecurityWalk

# With what the product stands on: an engine is walked with the data of its guest.
OURS = (
    "crm_assessment",
    "crm_foundation",
    "crm_guided_conversation",
    "crm_referral",
    "xlsx_stream",
)
# Pages on which everybody who logs in sees what is their own: here, nothing.
OWN_PAGES = {"/my/referrals"}


@tagged("post_install", "-at_install")
class TestSecurityWalk(SecurityWalk, AssessmentCase):
    ours = OURS
    own_only = {
        ("crm.assessment.action", "employee"),
        ("crm.guided.conversation.reopen", "employee"),
        ("crm.guided.conversation.skip", "employee"),
    }
    configuration = {
        "crm.assessment.form",
        "crm.assessment.framework",
        "crm.assessment.item",
        "crm.assessment.option",
        "crm.assessment.scale",
        "crm.assessment.section",
        "crm.assessment.stage",
        "crm.referral.decline.reason",
        "crm.referral.export.sheet",
        "crm.referral.motive",
        "crm.referral.readiness.rule",
        "crm.referral.step",
    }
    reports = {
        "crm.assessment.evidence",
        "crm.assessment.report",
        "crm.referral.report",
        "crm.referral.report.schedule.run",
    }
    # What was delivered to a customer belongs to the customer, not to a colleague.
    shared_in_company = {
        "crm.referral.benefit",
        "crm.referral.reciprocity",
        "res.partner",
    }
    harmless_methods = {("crm.referral", "mail_allowed_qweb_expressions")}
    dropped_defaults = {
        ("crm.assessment", "round_id"),
        ("crm.referral", "earlier_benefit_ids"),
        ("crm.referral.benefit", "earlier_referral_ids"),
    }
    opened_with = {
        ("crm.referral.candidate.erase", "candidate_ids"),
        ("crm.referral.candidate.object", "candidate_id"),
        ("crm.referral.claim.decide", "claim_id"),
        ("crm.referral.objection.withdraw", "candidate_id"),
    }
    chosen_by_create = {
        ("crm.assessment", "form_id"),
        ("crm.assessment.line", "item_id"),
        ("crm.assessment.line", "kind"),
        ("crm.assessment.line", "section_id"),
        ("crm.assessment.line", "sequence"),
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = cls._build_world()
        cls.env.flush_all()

    # === THE WORLD OF A COLLEAGUE === #

    @classmethod
    def _build_world(cls):
        """Records of a colleague, which a rep and all of another company must not see.

        :return: a record by model
        """
        hidden = cls.env["res.partner"].create(
            {
                "name": "Hidden Customer",
                "company_id": cls.company.id,
                "email": "hidden@customer.example.com",
            }
        )
        records = [hidden, *cls._build_referrals(hidden)]
        records += cls._build_assessments(hidden)
        world = {record._name: record.sudo() for record in records}
        for model, values in cls._get_wizards(world).items():
            world[model] = cls.env[model].with_user(cls.manager).create(values).sudo()
        return world

    @classmethod
    def _build_referrals(cls, hidden):
        """:return: what hangs on a request, and what is sent about requests."""
        benefit = cls._create_benefit(hidden, company_id=cls.company.id)
        referral = cls._create_referral(cls.colleague, partner_id=hidden.id)
        candidate = cls._create_candidate(referral, email="secret@example.com")
        lead = cls.env["crm.lead"].create(
            {
                "name": "Hidden lead",
                "type": "opportunity",
                "user_id": cls.colleague.id,
                "team_id": False,
                "company_id": cls.company.id,
            }
        )
        event = cls.env["calendar.event"].create(
            {
                "name": "Hidden meeting",
                "start": "2026-03-03 09:00:00",
                "stop": "2026-03-03 10:00:00",
                "privacy": "private",
                "user_id": cls.colleague.id,
            }
        )
        cls.colleague.group_ids += cls.env.ref("base.group_allow_export")
        export = cls.env["crm.referral.export"].with_user(cls.colleague).create({})
        Schedule = cls.env["crm.referral.report.schedule"].with_user(cls.manager)
        schedule = Schedule.create(
            {"name": "Hidden", "user_ids": [Command.set(cls.manager.ids)]}
        )
        twin = cls._create_candidate(referral, email="secret@example.com").sudo()
        claim = twin.env["crm.referral.claim"].create(
            {"candidate_id": candidate.id, "reason": "Ours"}
        )
        reciprocity = cls.env["crm.referral.reciprocity"].create(
            {"partner_id": hidden.id, "name": "Recommended them"}
        )
        Objection = cls.env["crm.referral.objection"]
        Objection._record(["objects@example.com"])
        objection = Objection.search([], limit=1)
        records = [benefit, referral, candidate, lead, event, export.sudo(), claim]
        records += [reciprocity, *cls._build_suggestions(candidate, lead)]
        return [*records, schedule.sudo(), referral.step_log_ids[:1], objection]

    @classmethod
    def _build_suggestions(cls, candidate, lead):
        """:return: whom and what to think of, for a colleague and their customer."""
        referral = candidate.referral_id
        hidden = referral.partner_id
        env = cls.env
        return [
            cls._create_prepared(referral),
            env["crm.referral.ask"].create(
                {"partner_id": hidden.id, "user_id": cls.colleague.id}
            ),
            env["crm.referral.news"].create(
                {"candidate_id": candidate.id, "kind": "introduced"}
            ),
            env["crm.referral.acquaintance.dismissal"].create(
                {
                    "partner_id": hidden.id,
                    "company_id": cls.company.id,
                    "lead_id": lead.id,
                }
            ),
        ]

    @classmethod
    def _build_assessments(cls, hidden):
        """:return: an assessment, a round and what hangs on them."""
        assessment = cls.env["crm.assessment"].create(
            {
                "framework_id": cls.framework.id,
                "partner_id": hidden.id,
                "user_id": cls.colleague.id,
                "company_id": cls.company.id,
            }
        )
        cls._answer(assessment, cls.no, cls.no, cls.yes, cls.no)
        assessment.action_done()
        be_sure = cls.env.ref("crm_referral.crm_assessment_framework_be_sure")
        round_ = cls.env["crm.assessment.round"].create(
            {
                "framework_id": be_sure.id,
                "partner_id": hidden.id,
                "user_id": cls.colleague.id,
                "manager_id": cls.manager.id,
            }
        )
        action = cls.env["crm.assessment.action"].create(
            {
                "name": "Hidden action",
                "assessment_id": assessment.id,
                "section_id": cls.section_a.id,
                "user_id": cls.colleague.id,
                "deadline": "2030-01-01",
            }
        )
        dispute = cls.env["crm.assessment.dispute"].create(
            {"round_id": round_.id, "reason": "Not so"}
        )
        records = [assessment, assessment.line_ids[:1], assessment.score_ids[:1]]
        return [*records, round_, action, dispute]

    @classmethod
    def _get_wizards(cls, world):
        """:return: the values of each wizard, by its model."""
        round_ = world["crm.assessment.round"]
        candidate = world["crm.referral.candidate"]
        referral = world["crm.referral"]
        hidden = world["res.partner"]
        return {
            "crm.assessment.dispute.reason": {"round_id": round_.id, "reason": "x"},
            "crm.assessment.opt.in": {"partner_id": hidden.id, "reason": "x"},
            "crm.assessment.start": {"partner_ids": [Command.set(hidden.ids)]},
            "crm.assessment.preview": {"framework_id": cls.framework.id},
            "crm.assessment.send": {"round_id": round_.id},
            "crm.referral.candidate.convert": {"candidate_id": candidate.id},
            "crm.referral.candidate.erase": {
                "candidate_ids": [Command.set(candidate.ids)]
            },
            "crm.referral.candidate.object": {"candidate_id": candidate.id},
            "crm.referral.claim.decide": {
                "claim_id": world["crm.referral.claim"].id,
                "winner_id": candidate.id,
                "reason": "x",
            },
            "crm.referral.data.sheet": {"email": "secret@example.com"},
            "crm.referral.finish": {"referral_id": referral.id},
            "crm.referral.objection.withdraw": {
                "candidate_id": candidate.id,
                "reason": "x",
            },
            "crm.referral.decline": {
                "referral_ids": [Command.set(referral.ids)],
                "reason_id": cls.decline_reason.id,
            },
            "crm.referral.ask.again": {"partner_id": hidden.id, "reason": "x"},
            "crm.referral.override": {"partner_id": hidden.id},
        }

    def _get_arguments(self):
        return {"reason_id": self.decline_reason.id}


@tagged("post_install", "-at_install")
class TestRoutes(HttpCase, ReferralCase):
    """Every route of ours, for everybody whom it is not meant for."""

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_routes(self):
        self.colleague.group_ids += self.env.ref("base.group_allow_export")
        export = self.env["crm.referral.export"].with_user(self.colleague).create({})
        routes = list(_generate_routing_rules(OURS, nodb_only=False))
        self.assertGreater(len(routes), 3)
        handed_over = {
            "<int:export_id>": str(export.id),
            "<string:model>": export._name,
            "<string:token>": "A" * 43,
        }
        for role in (None, "portal", "employee", "rep", "foreign_manager"):
            login = role and getattr(self, role).login
            self.authenticate(login, login)
            for path, endpoint in routes:
                for placeholder, value in handed_over.items():
                    path = path.replace(placeholder, value)
                self.assertNotIn("<", path, "say what the walk hands over for it")
                for method in endpoint.routing["methods"] or ("GET", "POST"):
                    with self.subTest(path=path, role=role, method=method):
                        self._assert_closed(endpoint.routing, path, method)

    def _assert_closed(self, routing, path, method):
        if routing["type"] == "jsonrpc":
            answer = self.make_jsonrpc_request(path, {"answers": {}})
            self.assertIn(answer["status"], ("unknown", "busy"))
            return
        response = self.url_open(
            path, data={"x": "1"} if method == "POST" else None, allow_redirects=False
        )
        if routing["auth"] == "user" and response.status_code == 303:
            self.assertIn("/web/login", response.headers["Location"])
            return
        if path in OWN_PAGES and method == "GET":
            self.assertIn("Nobody is noted here yet", response.text)
            return
        # 400: a form without its token
        closed = (400,) if path in OWN_PAGES else (403, 404, 429)
        self.assertIn(response.status_code, closed)
        self.assertNotIn("Content-Disposition", response.headers)
