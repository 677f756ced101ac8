{
    "name": "Referral Funnel Ledger",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Sums of the funnel, kept by the database, for very many requests",
    "author": "CRM Referral contributors",
    "license": "LGPL-3",
    "depends": ["crm_referral"],
    "data": ["security/ir.model.access.csv"],
    "uninstall_hook": "uninstall_hook",
}
