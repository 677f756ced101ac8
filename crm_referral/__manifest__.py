{
    "name": "CRM Referral",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Ask satisfied customers for introductions, in six guided steps",
    "author": "CRM Referral contributors",
    "license": "LGPL-3",
    "depends": ["crm", "portal", "web_hierarchy"],
    "data": [
        # Security
        "security/ir.model.access.csv",
        "security/crm_referral_security.xml",
        "security/crm_referral_benefit_security.xml",
        "security/crm_referral_candidate_security.xml",
        "security/crm_referral_step_log_security.xml",
        "security/crm_referral_wizard_security.xml",
        "security/crm_referral_report_security.xml",
        "security/crm_referral_export_security.xml",
        # Data
        "data/mail_activity_type_data.xml",
        "data/crm_lost_reason_data.xml",
        "data/crm_referral_decline_reason_data.xml",
        "data/crm_referral_motive_data.xml",
        "data/crm_referral_step_data.xml",
        "data/ir_cron_data.xml",
        "data/mail_template_data.xml",
        "data/digest_data.xml",
        "data/crm_referral_export_sheet_data.xml",
        "data/crm_referral_export_cron_data.xml",
        # Reports
        "report/crm_referral_report_views.xml",
        "report/crm_referral_dashboard_views.xml",
        "views/digest_digest_views.xml",
        "views/crm_referral_export_views.xml",
        "views/res_config_settings_export_views.xml",
        "views/crm_referral_report_menus.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "crm_referral/static/src/referral_dashboard/**/*",
            "crm_referral/static/src/referral_export_progress/**/*",
        ],
    },
    "application": True,
    "assets": {
        "web.assets_backend": ["crm_referral/static/src/**/*"],
        "web.assets_unit_tests": ["crm_referral/static/tests/**/*.test.js"],
    },
}
