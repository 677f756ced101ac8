{
    "name": "CRM Referral: Customer Service",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Complaints in seven guided steps, solved and felt heard",
    "author": "CRM Referral contributors",
    "license": "LGPL-3",
    "depends": ["crm_referral"],
    "data": [
        # Security
        "security/crm_service_groups.xml",
        "security/ir.model.access.csv",
        "security/crm_complaint_security.xml",
        "security/crm_service_security.xml",
        "security/crm_service_reason_security.xml",
        "security/crm_service_post_security.xml",
        "security/crm_service_report_security.xml",
        # Data
        "data/mail_activity_type_data.xml",
        "data/ir_sequence_data.xml",
        "data/crm_complaint_feeling_data.xml",
        "data/crm_complaint_step_data.xml",
        "data/crm_service_gesture_type_data.xml",
        "data/crm_service_reason_data.xml",
        "data/mail_template_data.xml",
        "data/ir_cron_data.xml",
        # Wizards
        "wizard/crm_service_reason_merge_views.xml",
        # Views
        "views/crm_complaint_form_views.xml",
        "views/crm_complaint_views.xml",
        "views/crm_service_configuration_views.xml",
        "views/crm_service_handover_views.xml",
        "views/crm_service_duty_views.xml",
        "views/crm_service_post_views.xml",
        "views/crm_service_reason_views.xml",
        "views/crm_lead_views.xml",
        "views/crm_team_views.xml",
        "views/res_partner_views.xml",
        "views/complaint_page_templates.xml",
        # Menus
        "views/crm_service_menus.xml",
        # Reports
        "report/crm_complaint_report_views.xml",
        "report/crm_service_report_views.xml",
    ],
    "application": True,
    "uninstall_hook": "uninstall_hook",
}
