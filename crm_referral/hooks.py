from odoo.addons.crm_foundation.tools.leave_nothing import leave_nothing


def uninstall_hook(env):
    """Take along what Odoo would leave, and the files of exports that were made."""
    leave_nothing(env, "crm_referral")
    env["crm.referral.export"]._delete_leftovers(days=0)
