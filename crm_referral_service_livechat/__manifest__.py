{
    "name": "Customer Service in Live Chat",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Conversations with visitors are service contacts",
    "author": "CRM Referral contributors",
    "license": "LGPL-3",
    "depends": ["crm_referral_service", "im_livechat"],
    "data": [
        "views/crm_service_contact_views.xml",
        "views/discuss_channel_views.xml",
        "views/im_livechat_channel_views.xml",
        "views/im_livechat_conversation_tag_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["crm_referral_service_livechat/static/src/**/*"],
        "web.assets_tests": ["crm_referral_service_livechat/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
