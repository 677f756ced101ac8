"""Who has nothing to do with us hardly pays for us: CRM and Contacts, counted."""

import sys

import pytest
from devkit import base

sys.path.insert(0, str(base.ROOT / "benchmarks"))

import host


@pytest.mark.parametrize("template", ["template_addon", "template_guests"])
def test_everyday_operations_take_few_queries_more(lab, template):
    """The goals are those of the benchmark, which also tells the times.

    With what is optional installed, too, it costs no more.
    """
    installed = getattr(lab, template)()
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
