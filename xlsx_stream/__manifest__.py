{
    "name": "XLSX Stream",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tools",
    "summary": "Workbooks of a million rows at constant memory",
    "author": "CRM Referral contributors",
    "license": "LGPL-3",
    "depends": ["mail"],
    "data": ["data/ir_cron_data.xml"],
    "external_dependencies": {
        "python": ["xlsxwriter"],
        "apt": {"xlsxwriter": "python3-xlsxwriter"},
    },
    "assets": {
        "web.assets_backend": ["xlsx_stream/static/src/**/*"],
        "web.assets_unit_tests": ["xlsx_stream/static/tests/**/*.test.js"],
    },
}
