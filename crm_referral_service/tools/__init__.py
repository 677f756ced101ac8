from . import complaint_counts, denominator, duty, poisson
