"""Tries what nobody should be able to do, on all there is in the registry.

What is tried is generated from the registry, so that the next model, field, method or
route is tried as well. What is expected is written here, not taken from the code.
"""

import inspect

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.http import _generate_routing_rules
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .assessment_common import AssessmentCase
from .common import ReferralCase

# Everybody's own: an action whose owner they are, and windows of the engine, which ask
# the rights of what they change.
OWN_ONLY = {
    ("crm.assessment.action", "employee"),
    ("crm.guided.conversation.reopen", "employee"),
    ("crm.guided.conversation.skip", "employee"),
}
# With what the product stands on: an engine is walked with the data of its guest.
OURS = (
    "crm_assessment",
    "crm_foundation",
    "crm_guided_conversation",
    "crm_referral",
    "xlsx_stream",
)
OPERATIONS = ("read", "write", "create", "unlink")
# Who has nothing to do with our models at all.
STRANGERS = ("employee", "portal", "public")
# Whose rights end at the records of others.
OUTSIDERS = ("rep", "foreign_rep", "foreign_manager")
MAGIC = {"id", "display_name", "create_uid", "create_date", "write_uid", "write_date"}
# Models whose records are words and rules, the same for everybody: no record of theirs
# is foreign to a salesperson.
CONFIGURATION = {
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
# Whose records a salesperson of the same company may see: what was delivered to a
# customer belongs to the customer, not to a colleague.
SHARED_IN_COMPANY = {
    "crm.referral.benefit",
    "crm.referral.reciprocity",
    "res.partner",
}
# Pages on which everybody who logs in sees what is their own: here, nothing.
OWN_PAGES = {"/my/referrals"}
# Public methods that are the same for every record, and say nothing of any.
HARMLESS_METHODS = {
    ("crm.referral", "mail_allowed_qweb_expressions"),
}
# Pointers whose defaults are dropped, so that nothing is left to refuse.
DROPPED_DEFAULTS = {
    ("crm.assessment", "round_id"),
    ("crm.referral", "earlier_benefit_ids"),
    ("crm.referral.benefit", "earlier_referral_ids"),
}
# Readonly fields of wizards that are opened with them: what they point to is checked.
OPENED_WITH = {
    ("crm.referral.candidate.erase", "candidate_ids"),
    ("crm.referral.candidate.object", "candidate_id"),
    ("crm.referral.claim.decide", "claim_id"),
    ("crm.referral.objection.withdraw", "candidate_id"),
}
# Readonly fields for which `create` takes nothing from a context: it chooses them.
CHOSEN_BY_CREATE = DROPPED_DEFAULTS | {
    ("crm.assessment", "form_id"),
    ("crm.assessment.line", "item_id"),
    ("crm.assessment.line", "kind"),
    ("crm.assessment.line", "section_id"),
    ("crm.assessment.line", "sequence"),
}


def is_ours(cls):
    module = (getattr(cls, "__module__", "") or "").split(".")
    return module[:2] == ["odoo", "addons"] and module[2:3][0] in OURS


@tagged("post_install", "-at_install")
class TestSecurityWalk(AssessmentCase):
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

    # === WHAT THERE IS === #

    @classmethod
    def _get_our_models(cls):
        return sorted(
            name
            for name, model in cls.registry.items()
            if model._original_module in OURS and not model._abstract
        )

    def _get_public_methods(self, model_name):
        """:return: names of the methods of ours that RPC can call on this model."""
        names = set()
        for cls in type(self.env[model_name]).__mro__:
            if not is_ours(cls):
                continue
            for name, member in vars(cls).items():
                is_method = inspect.isfunction(member) and not name.startswith("_")
                if is_method and not getattr(member, "_api_private", False):
                    names.add(name)
        return sorted(names)

    def _call(self, record, name):
        """Call a method with something for every argument it requires."""
        method = getattr(record, name)
        arguments = {}
        for parameter in inspect.signature(method).parameters.values():
            if parameter.default is parameter.empty and parameter.kind in (
                parameter.POSITIONAL_OR_KEYWORD,
                parameter.KEYWORD_ONLY,
            ):
                arguments[parameter.name] = self._get_argument(parameter.name)
        return method(**arguments)

    def _get_argument(self, name):
        known = {
            "reason": "a reason",
            "reason_id": self.decline_reason.id,
            "record": self.world["res.partner"],
            "default": {},
            "vals": {},
            "vals_list": [],
            "values": {},
            "field_names": [],
            "fields_spec": {},
        }
        self.assertIn(name, known, "say what the walk hands over for it")
        return known[name]

    # === MODEL × ROLE × OPERATION === #

    def test_strangers_have_no_rights(self):
        models = self._get_our_models()
        self.assertGreater(len(models), 20)
        for model in models:
            for role in STRANGERS:
                for operation in OPERATIONS:
                    if (model, role) in OWN_ONLY and operation != "unlink":
                        continue
                    with self.subTest(model=model, role=role, operation=operation):
                        as_role = self.env[model].with_user(getattr(self, role))
                        self.assertFalse(as_role.has_access(operation))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_records_of_others_are_closed(self):
        """By reading, writing, deleting, searching and counting."""
        covered = set(self.world) | CONFIGURATION
        reports = {
            "crm.referral.report",
            "crm.assessment.evidence",
            "crm.assessment.report",
        }
        covered |= {model for model, _role in OWN_ONLY}
        internal = {
            model
            for model in self._get_our_models()
            if not self.env[model].with_user(self.manager).has_access("read")
        }
        missing = set(self._get_our_models()) - covered - reports - internal
        self.assertFalse(missing - {"crm.referral.report.schedule.run"})
        for model, record in self.world.items():
            if model not in self._get_our_models():
                continue
            for role in self._get_outsiders(model):
                as_role = record.with_env(self.env).with_user(getattr(self, role))
                with self.subTest(model=model, role=role):
                    for operation in ("read", "write", "unlink"):
                        self.assertFalse(as_role.has_access(operation), operation)
                    with self.assertRaises(AccessError):
                        as_role.read(["display_name"])
                    domain = [("id", "=", record.id)]
                    if as_role.browse().has_access("read"):
                        self.assertFalse(as_role.search(domain))
                        self.assertFalse(as_role.search_count(domain))

    # === METHOD × ROLE === #

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_public_methods_refuse_records_of_others(self):
        tried = 0
        for model, record in self.world.items():
            for name in self._get_public_methods(model):
                if (model, name) in HARMLESS_METHODS or self._is_static(record, name):
                    continue
                for role in self._get_outsiders(model):
                    as_role = record.with_env(self.env).with_user(getattr(self, role))
                    tried += 1
                    with self.subTest(model=model, method=name, role=role):
                        with self.assertRaises(AccessError):
                            self._call(as_role, name)
                            self.env.flush_all()
        self.assertGreater(tried, 300)

    def _get_outsiders(self, model):
        """:return: the roles from which the record of the model is hidden."""
        roles = (*OUTSIDERS, *STRANGERS)
        return roles[1:] if model in SHARED_IN_COMPANY else roles

    def _is_static(self, record, name):
        """Whether the method is one of the model (create, get_…), not of records."""
        return bool(getattr(getattr(type(record), name), "_api_model", False)) or (
            name in ("create", "write", "unlink", "copy", "copy_data", "onchange")
        )

    # === POINTERS === #

    def _get_pointers(self):
        """:return: relational fields of ours, by model, that a hidden record fits."""
        for model_name in sorted(self.registry):
            model = self.env[model_name]
            if model._abstract:
                continue
            if not any(
                model.with_user(user).has_access(operation)
                for user in (self.rep, self.manager)
                for operation in ("create", "write")
            ):
                continue
            for _name, field in sorted(model._fields.items()):
                if (
                    field.type in ("many2one", "many2many")
                    and set(OURS) & set(field._modules)
                    and field.store
                    and field.comodel_name in self.world
                ):
                    yield model, field

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nothing_points_to_what_is_hidden(self):
        tried = 0
        for model, field in self._get_pointers():
            hidden = self.world[field.comodel_name]
            for user in (self.rep, self.foreign_manager):
                as_user = model.with_user(user)
                if hidden.with_env(as_user.env).has_access("read"):
                    continue
                value = hidden.id
                if field.type == "many2many":
                    value = [Command.link(hidden.id)]
                tried += 1
                with self.subTest(model=model._name, field=field.name, user=user.login):
                    if as_user.has_access("create"):
                        with self.assertRaises(AccessError):
                            as_user.create({field.name: value})
                        if (model._name, field.name) not in DROPPED_DEFAULTS and (
                            not as_user._is_protected_field(field.name)
                        ):
                            with self.assertRaises(AccessError):
                                as_user.with_context(
                                    **{f"default_{field.name}": value}
                                ).create({})
                    with self.assertRaises(AccessError):
                        as_user.onchange({field.name: value}, [field.name], {})
        self.assertGreater(tried, 20)

    # === PROTECTED FIELDS === #

    def _get_value(self, field):
        """:return: a value that differs from what is there."""
        values = {
            "boolean": True,
            "integer": 41,
            "float": 41.5,
            "many2one_reference": 41,
            "monetary": 41.5,
            "char": "forged",
            "text": "forged",
            "html": "<p>forged</p>",
            "date": "2001-01-01",
            "datetime": "2001-01-01 00:00:00",
            "json": {"forged": True},
            "binary": "Zm9yZ2Vk",
        }
        if field.type == "selection":
            return field.get_values(self.env)[-1]
        if field.type == "many2one":
            return self.env[field.comodel_name].sudo().search([], limit=1).id
        if field.type in ("many2many", "one2many"):
            return [Command.set(self.env[field.comodel_name].sudo().search([]).ids[:1])]
        return values[field.type]

    def _get_readonly_fields(self, model):
        return [
            field
            for name, field in sorted(model._fields.items())
            if field.store
            and field.readonly
            and name not in MAGIC
            and set(OURS) & set(field._modules)
        ]

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.sql_db")
    def test_what_the_screen_does_not_write_is_not_written(self):
        """A readonly field is readonly in the data, for a manager, too."""
        tried = 0
        for model_name, record in self.world.items():
            record = record.with_env(self.env).with_user(self.manager)
            if not record.has_access("write"):
                continue
            for field in self._get_readonly_fields(record):
                before = record.sudo()[field.name]
                tried += 1
                with self.subTest(model=model_name, field=field.name):
                    try:
                        record.write({field.name: self._get_value(field)})
                        self.env.flush_all()
                    except UserError:
                        self.env.invalidate_all(flush=False)
                    self.assertEqual(record.sudo()[field.name], before)
        self.assertGreater(tried, 20)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.sql_db")
    def test_defaults_of_protected_fields_are_dropped(self):
        """Whoever opens a window with made-up defaults does not write them."""
        tried = 0
        for model_name in self.world:
            model = self.env[model_name].with_user(self.manager)
            if model_name not in self._get_our_models() or not (
                model.has_access("create")
            ):
                continue
            self.assertTrue(
                hasattr(model, "_without_protected_defaults"),
                f"{model_name} takes values from outside: crm.guarded.mixin",
            )
            for field in self._get_readonly_fields(model):
                if (model_name, field.name) in CHOSEN_BY_CREATE | OPENED_WITH:
                    continue
                key = f"default_{field.name}"
                tried += 1
                with self.subTest(model=model_name, field=field.name):
                    cleaned = model.with_context(**{key: self._get_value(field)})
                    cleaned = cleaned._without_protected_defaults()
                    self.assertNotIn(key, cleaned.env.context)
        self.assertGreater(tried, 20)


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
