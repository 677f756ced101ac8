from collections import defaultdict

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Command

from ..tools.class_attributes import add_up

# A context with this very object lifts the guard for what our own code does in the name
# of a user. Nothing that comes from outside can be it.
LIFTED = object()


class CrmGuardedMixin(models.AbstractModel):
    """Guards what comes from outside, whatever the way in.

    A call over RPC may carry values that no screen sends, or defaults in its context.
    Two things are refused, or dropped, before a model looks at them:

    - ``_protected_fields`` are written by the model's own methods, in sudo mode, and by
      nobody else; so are stored fields that are computed and readonly, and readonly
      lines. Their defaults in a context are dropped for everybody.
    - A relational field may only point to records that the user may read: what the
      model reads of them on the way (in sudo mode, by related or computed fields) would
      be told to somebody who may not know.
    """

    _name = "crm.guarded.mixin"
    _description = "Guarded Record"

    # Fields that only the model's own methods write.
    _protected_fields = frozenset()
    # Relational fields that are checked; None for all. An addon that extends a model of
    # somebody else names its own fields, here and above, and leaves the others alone.
    # What several addons and mixins name for one model adds up.
    _guarded_pointers = None

    # === SETUP === #

    @api.model
    def _post_model_setup__(self):
        result = super()._post_model_setup__()
        cls = self.env.registry[self._name]
        for attribute in ("_protected_fields", "_guarded_pointers"):
            setattr(cls, attribute, add_up(cls.mro(), attribute))
        return result

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_protected_fields(*vals_list)
        Model = self._without_protected_defaults()
        Model._check_pointers(*vals_list, Model._get_context_defaults())
        return super(CrmGuardedMixin, Model).create(vals_list)

    def write(self, vals):
        self._check_protected_fields(vals)
        self._check_pointers(vals)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        """Compute nothing from a record that the user may not read."""
        Model = self._without_protected_defaults()
        Model._check_pointers(values, Model._get_context_defaults())
        return super(CrmGuardedMixin, Model).onchange(values, field_names, fields_spec)

    # === BUSINESS METHODS === #

    @api.model
    def _check_protected_fields(self, *vals_list):
        """:raise AccessError: when a user writes what only the model may write"""
        if self.env.su or self.env.context.get("guard_lifted") is LIFTED:
            return
        touched = filter(self._is_protected_field, set().union(*vals_list))
        if touched := sorted(touched):
            labels = [
                self._fields[fname]._description_string(self.env) for fname in touched
            ]
            raise AccessError(
                self.env._(
                    "%(fields)s: this is kept by the system and is not written by "
                    "hand.",
                    fields=labels,
                )
            )

    @api.model
    def _is_protected_field(self, fname):
        """:return: whether only the model's own methods write this field.
        :rtype: bool
        """
        field = self._fields.get(fname)
        return fname in self._protected_fields or bool(
            self._guarded_pointers is None
            and field
            and field.store
            and field.readonly
            and (field.compute or field.type == "one2many")
        )

    @api.model
    def _without_protected_defaults(self):
        """:return: the records, with a context without defaults of protected fields."""
        return self._without_defaults(
            filter(self._is_protected_field, self._get_context_defaults())
        )

    @api.model
    def _without_defaults(self, fnames):
        """Ignore defaults that another window passes on, or that somebody made up.

        :param fnames: names of fields that nobody writes by hand
        :return: the records, with a context without their defaults
        """
        ignored = {f"default_{fname}" for fname in fnames}
        if not ignored & self.env.context.keys():
            return self
        context = {
            key: value for key, value in self.env.context.items() if key not in ignored
        }
        return self.with_env(self.env(context=context))

    @api.model
    def _get_context_defaults(self):
        """:return: the values of fields that come with the context.
        :rtype: dict
        """
        return {
            key.removeprefix("default_"): value
            for key, value in self.env.context.items()
            if key.startswith("default_")
        }

    def _check_pointers(self, *vals_list):
        """Check that the user may read what the values point to.

        :param vals_list: values of fields of this model, as for create and write
        :raise AccessError: when a record that is pointed to is hidden from the user
        """
        if self.env.su:
            return
        pointed = defaultdict(set)
        for vals in vals_list:
            for fname, value in vals.items():
                field = self._fields.get(fname)
                if field is None or not value or not self._is_guarded_pointer(field):
                    continue
                ids = self._get_pointed_ids(value)
                # sudo: what was there before is no news
                for record in self.sudo() if ids else ():
                    ids -= set(record[fname].ids)
                pointed[field.comodel_name] |= ids
        for model, ids in pointed.items():
            self.env[model].browse(sorted(ids)).check_access("read")

    @api.model
    def _is_guarded_pointer(self, field):
        return field.type in ("many2one", "many2many", "one2many") and (
            self._guarded_pointers is None or field.name in self._guarded_pointers
        )

    @api.model
    def _get_pointed_ids(self, value):
        """:param value: of a relational field, as it comes from outside
        :return: ids of records that the value points to
        :rtype: set[int]
        """
        if isinstance(value, models.BaseModel):
            return set(value.ids)
        if isinstance(value, int):
            return {value}
        ids = set()
        for command in value if isinstance(value, list | tuple) else ():
            if isinstance(command, int):
                ids.add(command)
            elif isinstance(command, list | tuple) and command:
                if command[0] == Command.LINK:
                    ids.add(command[1])
                elif command[0] == Command.SET:
                    ids.update(command[2])
        return {each for each in ids if isinstance(each, int)}
