{
    "name": "Customer Service per Invoice",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Contacts for each hundred customer invoices",
    "author": "CRM Referral contributors",
    "license": "LGPL-3",
    "depends": ["crm_referral_service", "account"],
    "data": ["views/crm_service_contact_views.xml"],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
