from odoo.addons.crm_foundation.tools.leave_nothing import leave_nothing

# What crm_referral_groups.xml has linked.
SALES_GROUPS = {
    "group_sale_salesman": "group_assessment_user",
    "group_sale_salesman_all_leads": "group_assessment_team",
    "group_sale_manager": "group_assessment_manager",
}


def uninstall_hook(env):
    """Take along what Odoo would leave, and the files of exports that were made."""
    leave_nothing(env, "crm_referral")
    env["crm.referral.export"]._delete_leftovers(days=0)
    # The engine of assessments may stay: with its own menu, and no right from Sales.
    env.ref("crm_assessment.crm_assessment_menu_root").active = True
    for role, group in SALES_GROUPS.items():
        env.ref(f"sales_team.{role}").implied_ids -= env.ref(f"crm_assessment.{group}")
