from . import feedback, personal_link
