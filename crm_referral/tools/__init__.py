from . import assessment_scoring, local_time, maybe_float, placeholders, xlsx_stream
