{
    "name": "Customer Service per Delivery",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Contacts for each hundred deliveries",
    "author": "CRM Referral contributors",
    "license": "LGPL-3",
    "depends": ["crm_referral_service", "stock"],
    "data": ["views/crm_service_contact_views.xml"],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
