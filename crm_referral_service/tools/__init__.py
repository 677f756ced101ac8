from . import caller_words, complaint_counts, denominator, duty, poisson
