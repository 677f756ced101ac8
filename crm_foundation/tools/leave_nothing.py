def leave_nothing(env, addon):
    """Remove what Odoo itself would leave behind of an addon; for its uninstall_hook.

    Odoo deletes the models of an uninstalled addon, but not the records of their
    foreign keys, nor external ids that other addons hold of them: those of their
    inheritance rows, and those of the values of selection fields and of the constraints
    from a mixin. Nor does it know of parameters that were set by hand.

    :param str addon: the technical name
    """
    ModelData = env["ir.model.data"]
    # Its guests, who extend its models, go with it.
    going = env["ir.module.module"].search([("state", "=", "to remove")])
    mentioned = ModelData.search([("module", "=", addon), ("model", "=", "ir.model")])
    extended = ModelData.search(
        [
            ("module", "not in", [addon, *going.mapped("name")]),
            ("model", "=", "ir.model"),
            ("res_id", "in", mentioned.mapped("res_id")),
        ]
    )
    models = env["ir.model"].browse(
        set(mentioned.mapped("res_id")) - set(extended.mapped("res_id"))
    )
    inherits = env["ir.model.inherit"].search([("model_id", "in", models.ids)])
    selections = env["ir.model.fields.selection"].search(
        [("field_id.model_id", "in", models.ids)]
    )
    constraints = env["ir.model.constraint"].search(
        [("model", "in", models.ids), ("module.name", "!=", addon)]
    )
    (
        ModelData.search(
            [("model", "=", inherits._name), ("res_id", "in", inherits.ids)]
        )
        | ModelData.search(
            [("model", "=", constraints._name), ("res_id", "in", constraints.ids)]
        )
        | ModelData.search(
            [("model", "=", selections._name), ("res_id", "in", selections.ids)]
        )
    ).unlink()
    env["ir.model.constraint"].search(
        [("module.name", "=", addon), ("type", "=", "f")]
    ).unlink()
    prefix = addon.replace("_", r"\_")
    env["ir.config_parameter"].search([("key", "=like", f"{prefix}.%")]).unlink()
