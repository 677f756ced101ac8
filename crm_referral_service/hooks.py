from odoo.addons.crm_foundation.tools.leave_nothing import leave_nothing


def uninstall_hook(env):
    """Take along what Odoo would leave, and the mail addresses of listening posts."""
    leave_nothing(env, "crm_referral_service")
    env["crm.service.post"].with_context(active_test=False).search([]).unlink()
