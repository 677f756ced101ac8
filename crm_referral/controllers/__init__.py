from . import export, feedback
