"""Who has nothing to do with us hardly pays for us: CRM and Contacts, counted."""

import sys

from devkit import base

sys.path.insert(0, str(base.ROOT / "benchmarks"))

import host


def test_everyday_operations_take_few_queries_more(lab, installed):
    """The goals are those of the benchmark, which also tells the times."""
    with lab.database(installed) as ours, lab.database(lab.template_base()) as bare:
        compared = host.compare(str(lab.config), bare, ours)
    dear = {
        name: (without["queries"], having["queries"])
        for name, (without, having) in compared.items()
        if having["queries"] - without["queries"] > host.goal(name)
    }
    assert dear == {}
    # A count that says nothing would always be the same.
    assert len({without["queries"] for without, _having in compared.values()}) > 5
