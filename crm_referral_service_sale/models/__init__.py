from . import (
    crm_service_contact,
    crm_service_denominator,
    res_company,
    res_config_settings,
)
