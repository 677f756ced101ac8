from . import (
    crm_analysis_mixin,
    crm_batch_mixin,
    crm_dashboard_mixin,
    crm_guarded_mixin,
    crm_kept_record_mixin,
    mail_activity,
)
