from . import feedback, feedback_stop, personal_link
