from . import placeholders
