from . import test_class_attributes, test_local_time
