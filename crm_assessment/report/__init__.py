from . import crm_assessment_report
