{
    "name": "CRM Foundation",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tools",
    "summary": "Guarded records, jobs in batches, the reader's days, honest analyses",
    "author": "CRM Referral contributors",
    "license": "LGPL-3",
    "depends": ["mail"],
    "uninstall_hook": "uninstall_hook",
    "assets": {
        "web.assets_backend": [
            "crm_foundation/static/src/**/*",
            ("remove", "crm_foundation/static/src/analysis/**/*"),
        ],
        # With the pivot and the graph that they extend.
        "web.assets_backend_lazy": ["crm_foundation/static/src/analysis/**/*"],
        "web.assets_unit_tests": ["crm_foundation/static/tests/**/*.test.js"],
    },
}
