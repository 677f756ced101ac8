from . import assessment_scoring, maybe_float, xlsx_stream
