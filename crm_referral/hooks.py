def uninstall_hook(env):
    """Remove what Odoo itself would leave behind of this addon.

    Odoo deletes the models of an uninstalled addon, but not the records of their
    foreign keys, nor external ids that other addons hold of them: those of their
    inheritance rows, and those of the values of selection fields from a mixin. Nor does
    it know of parameters that were set by hand, and of files beside attachments.
    """
    ModelData = env["ir.model.data"]
    mentioned = ModelData.search(
        [("module", "=", "crm_referral"), ("model", "=", "ir.model")]
    )
    extended = ModelData.search(
        [
            ("module", "!=", "crm_referral"),
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
    (
        ModelData.search(
            [("model", "=", inherits._name), ("res_id", "in", inherits.ids)]
        )
        | ModelData.search(
            [("model", "=", selections._name), ("res_id", "in", selections.ids)]
        )
    ).unlink()
    env["ir.model.constraint"].search(
        [("module.name", "=", "crm_referral"), ("type", "=", "f")]
    ).unlink()
    env["ir.config_parameter"].search([("key", "=like", r"crm\_referral.%")]).unlink()
    # The files of exports that a scheduler was making.
    env["crm.referral.export"]._delete_leftovers(days=0)
