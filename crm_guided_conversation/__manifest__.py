{
    "name": "Guided Conversations",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tools",
    "summary": "Steps that a conversation with a customer is walked through",
    "author": "CRM Referral contributors",
    "license": "LGPL-3",
    "depends": ["crm_foundation", "sales_team"],
    "assets": {
        "web.assets_backend": ["crm_guided_conversation/static/src/**/*"],
        "web.assets_unit_tests": ["crm_guided_conversation/static/tests/**/*.test.js"],
    },
}
