from collections.abc import Iterator
from pathlib import Path

import pytest
from devkit import base
from devkit.database import Lab
from office import Office

import odoo
from odoo.modules.registry import Registry

# So that the tests can import our addons.
odoo.tools.config.parse_config([f"--addons-path={base.ROOT}", "--log-level=error"])

# Our demo data, without those of Odoo's own addons, which take half a minute.
# Of them, our story needs Marc Demo and his team.
STORY = """
from odoo.modules import Manifest
from odoo.tests import new_test_user
from odoo.tools import convert_file
demo = new_test_user(env, 'demo', 'sales_team.group_sale_manager', name='Marc Demo')
team = env['crm.team'].create({'name': 'Pre-Sales', 'member_ids': demo.ids})
env['ir.model.data']._update_xmlids([
    {'xml_id': 'base.user_demo', 'record': demo},
    {'xml_id': 'sales_team.crm_team_1', 'record': team},
])
for name in Manifest.for_addon('crm_referral')['demo']:
    convert_file(env, 'crm_referral', name, {}, mode='init', noupdate=True)
env.cr.commit()
"""


@pytest.fixture(scope="session")
def env(lab: Lab, installed: str) -> Iterator["odoo.api.Environment"]:
    """Odoo in this process, on a database with the demo story."""
    with lab.database(installed) as name:
        lab.shell(name, STORY, log="libreoffice-story")
        options = ["-c", str(lab.config), "-d", name, "--log-level=error", "--no-http"]
        odoo.tools.config.parse_config(options)
        with Registry(name).cursor() as cr:
            yield odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
            cr.rollback()
        odoo.sql_db.close_all()


@pytest.fixture
def cr(env):
    return env.cr


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(Path(tmp_path_factory.mktemp("office")))
