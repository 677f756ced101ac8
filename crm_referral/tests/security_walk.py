"""Tries what nobody should be able to do, on all there is in the registry.

What is tried is generated from the registry, so that the next model, field, method or
route is tried as well. What is expected is written in the tests that inherit this, not
taken from the code.
"""

import inspect

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import mute_logger

OPERATIONS = ("read", "write", "create", "unlink")
MAGIC = {"id", "display_name", "create_uid", "create_date", "write_uid", "write_date"}


class SecurityWalk:
    """A walk through models, methods, pointers and fields, for a test case that has

    - ``world``: by model, a record that the ``outsiders`` must not see;
    - an attribute for each role: ``manager``, who sees all, and those named below.
    """

    # The addons whose models, methods and fields are tried.
    ours = ()
    # Who has nothing to do with our models at all.
    strangers = ("employee", "portal", "public")
    # Whose rights end at the records of others.
    outsiders = ("rep", "foreign_rep", "foreign_manager")
    # A model and a role: everybody's own, and windows that ask the rights of what they
    # change.
    own_only = set()
    # Models whose records are words and rules, the same for everybody: no record of
    # theirs is foreign to anybody.
    configuration = set()
    # Models without records of their own.
    reports = set()
    # Whose records somebody of the same company may see.
    shared_in_company = set()
    # Public methods that are the same for every record, and say nothing of any.
    harmless_methods = set()
    # Pointers whose defaults are dropped, so that nothing is left to refuse.
    dropped_defaults = set()
    # Readonly fields of wizards that are opened with them: what they point to is
    # checked.
    opened_with = set()
    # Readonly fields for which `create` takes nothing from a context: it chooses them.
    chosen_by_create = set()
    # How many attempts of each kind are the least, so that an empty walk fails.
    least = {"models": 20, "methods": 300, "pointers": 20, "readonly": 20}

    # === WHAT THERE IS === #

    @classmethod
    def _get_our_models(cls):
        return sorted(
            name
            for name, model in cls.registry.items()
            if model._original_module in cls.ours and not model._abstract
        )

    def _is_ours(self, cls):
        module = (getattr(cls, "__module__", "") or "").split(".")
        return module[:2] == ["odoo", "addons"] and module[2:3][0] in self.ours

    def _get_public_methods(self, model_name):
        """:return: names of the methods of ours that RPC can call on this model."""
        names = set()
        for cls in type(self.env[model_name]).__mro__:
            if not self._is_ours(cls):
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
            "record": self.world.get("res.partner"),
            "default": {},
            "vals": {},
            "vals_list": [],
            "values": {},
            "field_names": [],
            "fields_spec": {},
            **self._get_arguments(),
        }
        self.assertIn(name, known, "say what the walk hands over for it")
        return known[name]

    def _get_arguments(self):
        """:return: what the walk hands over for an argument, by its name; to extend"""
        return {}

    # === MODEL × ROLE × OPERATION === #

    def test_strangers_have_no_rights(self):
        models = self._get_our_models()
        self.assertGreater(len(models), self.least["models"])
        for model in models:
            for role in self.strangers:
                for operation in OPERATIONS:
                    if (model, role) in self.own_only and operation != "unlink":
                        continue
                    with self.subTest(model=model, role=role, operation=operation):
                        as_role = self.env[model].with_user(getattr(self, role))
                        self.assertFalse(as_role.has_access(operation))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_records_of_others_are_closed(self):
        """By reading, writing, deleting, searching and counting."""
        covered = set(self.world) | self.configuration | self.reports
        covered |= {model for model, _role in self.own_only}
        internal = {
            model
            for model in self._get_our_models()
            if not self.env[model].with_user(self.manager).has_access("read")
        }
        missing = set(self._get_our_models()) - covered - internal
        self.assertFalse(missing)
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
                if (model, name) in self.harmless_methods or self._is_static(
                    record, name
                ):
                    continue
                for role in self._get_outsiders(model):
                    as_role = record.with_env(self.env).with_user(getattr(self, role))
                    tried += 1
                    with self.subTest(model=model, method=name, role=role):
                        with self.assertRaises(AccessError):
                            self._call(as_role, name)
                            self.env.flush_all()
        self.assertGreater(tried, self.least["methods"])

    def _get_outsiders(self, model):
        """:return: the roles from which the record of the model is hidden."""
        roles = (*self.outsiders, *self.strangers)
        return roles[1:] if model in self.shared_in_company else roles

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
                    and set(self.ours) & set(field._modules)
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
                        if (model._name, field.name) not in self.dropped_defaults and (
                            not as_user._is_protected_field(field.name)
                        ):
                            with self.assertRaises(AccessError):
                                as_user.with_context(
                                    **{f"default_{field.name}": value}
                                ).create({})
                    with self.assertRaises(AccessError):
                        as_user.onchange({field.name: value}, [field.name], {})
        self.assertGreater(tried, self.least["pointers"])

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
            and set(self.ours) & set(field._modules)
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
        self.assertGreater(tried, self.least["readonly"])

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
                if (model_name, field.name) in (
                    self.dropped_defaults | self.chosen_by_create | self.opened_with
                ):
                    continue
                key = f"default_{field.name}"
                tried += 1
                with self.subTest(model=model_name, field=field.name):
                    cleaned = model.with_context(**{key: self._get_value(field)})
                    cleaned = cleaned._without_protected_defaults()
                    self.assertNotIn(key, cleaned.env.context)
        self.assertGreater(tried, self.least["readonly"])
