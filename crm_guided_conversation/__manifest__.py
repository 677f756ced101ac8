{
    "name": "Guided Conversations",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tools",
    "summary": "Steps that a conversation with a customer is walked through",
    "author": "CRM Referral contributors",
    "license": "LGPL-3",
    "depends": ["crm_foundation", "sales_team"],
    "data": [
        # Security
        "security/ir.model.access.csv",
        "security/crm_guided_conversation_wizard_security.xml",
        # Data
        "data/ir_cron_data.xml",
        # Wizards
        "wizard/crm_guided_conversation_reopen_views.xml",
        "wizard/crm_guided_conversation_skip_views.xml",
        # Views
        "views/crm_guided_conversation_views.xml",
        "views/crm_guided_conversation_step_views.xml",
    ],
    "uninstall_hook": "uninstall_hook",
    "assets": {
        "web.assets_backend": ["crm_guided_conversation/static/src/**/*"],
        "web.assets_unit_tests": ["crm_guided_conversation/static/tests/**/*.test.js"],
    },
}
