from . import (
    test_batches,
    test_class_attributes,
    test_dashboard,
    test_figures,
    test_group_together,
    test_guarded,
    test_languages,
    test_local_time,
    test_records,
    test_words_and_days,
)
