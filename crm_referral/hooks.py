def uninstall_hook(env):
    """Remove what Odoo itself would leave behind of this addon.

    Odoo deletes the models of an uninstalled addon, but not the external ids of their
    inheritance rows, nor the records of their foreign keys.
    """
    models = env["ir.model.data"].search(
        [("module", "=", "crm_referral"), ("model", "=", "ir.model")]
    )
    inherits = env["ir.model.inherit"].search(
        [("model_id", "in", models.mapped("res_id"))]
    )
    env["ir.model.data"].search(
        [("model", "=", "ir.model.inherit"), ("res_id", "in", inherits.ids)]
    ).unlink()
    env["ir.model.constraint"].search(
        [("module.name", "=", "crm_referral"), ("type", "=", "f")]
    ).unlink()
