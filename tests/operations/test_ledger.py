"""The ledger is optional: without it nothing of it is in the database."""

import catalogue
import pytest

LEDGER = "crm_referral_ledger"
# A request that has gone a step on, and what the sums say beside the log.
REQUEST = """
partner = env['res.partner'].create({'name': 'Ledger Customer'})
request = env['crm.referral'].create({'partner_id': partner.id})
request.action_skip_step('Known since long')
env.cr.commit()
"""
FIGURES = """
Report = env['crm.referral.report']
[(count,)] = Report._read_group([('kind', '=', 'step')], [], ['__count'])
assert count == 2, count
"""
RIGHT = "assert env['crm.referral.funnel']._find_differences() == []\n"


@pytest.fixture(scope="module")
def core(lab):
    """A database of crm_referral alone, with a request; and what is in it."""
    with lab.database(lab.template_base()) as name:
        lab.install(name, "-icrm_referral", log="core")
        lab.shell(name, REQUEST + FIGURES, log="core-request")
        yield name, catalogue.read(lab, name)


def test_core_has_no_trigger_and_no_function(lab, core):
    with lab.database(lab.template_base()) as bare:
        before = catalogue.read(lab, bare).structure
    kinds = {kind for kind, _name in core[1].structure - before}
    assert "column" in kinds
    assert not kinds & {"trigger", "function"}


def test_ledger_comes_and_goes(lab, core, clean):
    """Installed on data it is right; uninstalled it leaves nothing."""
    name, before = core
    clean(lab.install(name, f"-i{LEDGER}", log="ledger"))
    there = {kind for kind, _name in catalogue.read(lab, name).structure}
    assert {"trigger", "function"} <= there
    lab.shell(name, FIGURES + RIGHT, log="ledger-figures")
    status, log = lab.odoo(
        *("module", "uninstall", "-d", name, LEDGER), log="ledger-uninstall"
    )
    assert not status, log[-2000:]
    clean(log)
    after = catalogue.read(lab, name)
    assert "\n".join(after.minus(before)) == ""
    assert "\n".join(before.minus(after)) == ""
    lab.shell(name, FIGURES, log="core-figures")
