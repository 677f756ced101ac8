def uninstall_hook(env):
    """Take along what PostgreSQL runs for the ledger; Odoo knows only its table."""
    env["crm.referral.funnel"]._drop_functions()
