from odoo.addons.crm_foundation.tools.leave_nothing import leave_nothing


def uninstall_hook(env):
    """Take along what Odoo would leave."""
    leave_nothing(env, "crm_referral_service")
