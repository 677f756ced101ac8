from . import test_local_time
