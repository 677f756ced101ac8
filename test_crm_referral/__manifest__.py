{
    "name": "CRM Referral: Tests across Addons",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "summary": "A second guest of each engine. For tests only, never for users",
    "author": "CRM Referral contributors",
    "license": "LGPL-3",
    "depends": ["crm_referral"],
    "data": [
        "security/ir.model.access.csv",
        "data/test_conversation_data.xml",
        "data/test_framework_data.xml",
        "data/test_sheet_data.xml",
        "views/test_conversation_views.xml",
        "views/test_page_templates.xml",
    ],
}
