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
        "security/crm_assessment_security.xml",
        # Data
        "data/mail_activity_type_data.xml",
        "data/crm_lost_reason_data.xml",
        "data/crm_referral_decline_reason_data.xml",
        "data/crm_referral_motive_data.xml",
        "data/crm_referral_step_data.xml",
        "data/ir_cron_data.xml",
        "data/mail_template_data.xml",
        # Assessments
        "data/crm_assessment_scale_data.xml",
        "views/crm_assessment_views.xml",
        "views/crm_assessment_action_views.xml",
        "views/crm_assessment_framework_views.xml",
        "views/crm_assessment_menus.xml",
    ],
    "application": True,
    "assets": {
        "web.assets_backend": ["crm_referral/static/src/**/*"],
        "web.assets_unit_tests": ["crm_referral/static/tests/**/*.test.js"],
    },
}
