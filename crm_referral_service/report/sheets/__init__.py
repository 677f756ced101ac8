from . import (
    authority,
    complaints,
    coverage,
    endings,
    handovers,
)
