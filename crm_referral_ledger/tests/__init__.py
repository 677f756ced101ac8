from . import (
    test_ledger,
    test_ledger_concurrency,
    test_ledger_figures,
)
