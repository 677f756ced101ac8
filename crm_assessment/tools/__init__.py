from . import assessment_scoring, maybe_float, personal_link
