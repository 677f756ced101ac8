{
    "name": "Customer Service per Order",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Contacts for each hundred confirmed orders",
    "author": "CRM Referral contributors",
    "license": "LGPL-3",
    "depends": ["crm_referral_service", "sale"],
    "data": [
        "views/crm_service_contact_views.xml",
        "views/res_config_settings_views.xml",
    ],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
