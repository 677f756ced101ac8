from . import duty
