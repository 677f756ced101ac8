from . import (
    authority,
    complaints,
    contact_figures,
    contacts,
    coverage,
    endings,
    fair_card,
    handovers,
    improvement,
)
