from . import complaint_counts, duty
