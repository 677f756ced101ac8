from . import (
    crm_assessment_evidence,
    crm_assessment_heat_map,
    crm_assessment_report,
    crm_assessment_scorecard,
)
