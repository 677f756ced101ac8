from . import test_class_attributes, test_dashboard, test_figures, test_local_time
