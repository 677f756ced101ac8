from . import test_guided_conversation
