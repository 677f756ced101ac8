from . import (
    assessment_scoring,
    maybe_float,
    personal_link,
    respondents,
    round_result,
    working_day,
)
