{
    "name": "Assessments",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tools",
    "summary": "Ask several viewpoints the same, find the weak areas, decide on each",
    "author": "CRM Referral contributors",
    "license": "LGPL-3",
    "depends": ["crm_foundation", "portal", "resource", "sales_team"],
    "data": [
        # Security
        "security/crm_assessment_groups.xml",
        "security/ir.model.access.csv",
        "security/crm_assessment_security.xml",
        "security/crm_assessment_report_security.xml",
        # Data
        "data/crm_assessment_scale_data.xml",
        "data/crm_assessment_mail_data.xml",
        "data/crm_assessment_activity_type_data.xml",
        # Wizards
        "wizard/crm_assessment_opt_in_views.xml",
        "wizard/crm_assessment_preview_views.xml",
        "wizard/crm_assessment_start_views.xml",
        # Views
        "views/crm_assessment_views.xml",
        "views/crm_assessment_action_views.xml",
        "views/crm_assessment_framework_views.xml",
        "views/crm_assessment_send_views.xml",
        "views/crm_assessment_round_views.xml",
        "views/crm_assessment_review_views.xml",
        "views/crm_assessment_portal_templates.xml",
        # Reports
        "report/crm_assessment_report_views.xml",
        "report/crm_assessment_evidence_views.xml",
        # Menus
        "views/crm_assessment_menus.xml",
    ],
    "uninstall_hook": "uninstall_hook",
    "assets": {
        "web.assets_backend": [
            "crm_assessment/static/src/**/*",
            ("remove", "crm_assessment/static/src/interactions/**/*"),
        ],
        "web.assets_frontend": ["crm_assessment/static/src/interactions/**/*"],
        "web.assets_unit_tests": [
            "crm_assessment/static/src/interactions/**/*.js",
            "crm_assessment/static/tests/**/*.test.js",
        ],
    },
}
