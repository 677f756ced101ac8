from . import assessment_scoring, local_time, maybe_float, xlsx_stream
