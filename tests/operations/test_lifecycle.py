"""Install, upgrade, uninstall, reinstall: nothing lost, nothing left, no warning."""

import catalogue
import pytest
from devkit import base

OURS = ",".join(base.chosen())
# Texts that a manager may edit: an upgrade must not take them back.
EDITABLE = {
    "crm.referral.step": "name",
    "crm.referral.motive": "name",
    "crm.referral.decline.reason": "name",
    "crm.assessment.item": "name",
    "crm.assessment.option": "name",
    "crm.assessment.section": "name",
    "crm.assessment.stage": "name",
}


def test_install_without_demo_is_silent(lab, installed, clean):
    clean(lab.install_log(installed))


def test_install_with_demo_is_silent(with_demo, clean):
    clean(with_demo[1])


def test_demo_data_are_there(lab, with_demo):
    """`demo` of a manifest that is not loaded fails nobody else."""
    with catalogue.connected(lab, with_demo[0]) as cursor:
        for table in ("crm_referral", "crm_assessment_round", "crm_assessment_score"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0], table


def test_upgrade_keeps_data(lab, with_demo, clean):
    name = with_demo[0]
    before = catalogue.read(lab, name)
    tables = _our_tables(lab, name)
    assert tables
    rows = catalogue.contents(lab, name, tables)
    clean(lab.install(name, f"-u{OURS}", "--with-demo", log="upgrade"))
    assert catalogue.contents(lab, name, tables) == rows
    assert "\n".join(before.minus(catalogue.read(lab, name))) == ""


def test_upgrade_keeps_edited_texts(lab, installed):
    with lab.database(installed) as name:
        edit = "\n".join(
            f"env['{model}'].search([], limit=1).{field} = 'Edited'"
            for model, field in EDITABLE.items()
        )
        lab.shell(name, f"{edit}\nenv.cr.commit()", log="edit")
        lab.install(name, f"-u{OURS}", log="upgrade-edited")
        with catalogue.connected(lab, name) as cursor:
            for model, field in EDITABLE.items():
                table = model.replace(".", "_")
                cursor.execute(
                    f"SELECT count(*) FROM {table} WHERE {field}->>'en_US' = 'Edited'"
                )
                assert cursor.fetchone()[0] == 1, f"{model}.{field} was taken back"


# Choices that a manager deletes, and a rule that somebody has loosened.
DELETED = ("motive_standing", "decline_reason_not_now")
LOOSENED = "crm_referral_rule_company"


def test_upgrade_brings_back_rules_and_no_choices(lab, installed):
    """What is the company's stays as they made it; a rule is ours."""
    with lab.database(installed) as name:
        code = [f"env.ref('crm_referral.{choice}').unlink()" for choice in DELETED]
        code.append(
            f"env.ref('crm_referral.{LOOSENED}').domain_force = '[(1, \\'=\\', 1)]'"
        )
        lab.shell(name, "\n".join([*code, "env.cr.commit()"]), log="delete")
        tables = ["crm_referral_motive", "crm_referral_decline_reason"]
        before = catalogue.contents(lab, name, tables)
        lab.install(name, f"-u{OURS}", log="upgrade-deleted")
        assert catalogue.contents(lab, name, tables) == before
        with catalogue.connected(lab, name) as cursor:
            cursor.execute(
                "SELECT domain_force FROM ir_rule r JOIN ir_model_data d"
                " ON d.res_id = r.id AND d.model = 'ir.rule' AND d.name = %s",
                [LOOSENED],
            )
            assert cursor.fetchone() == ("[('company_id', 'in', company_ids)]",)


# A finished export with its file, and one that a scheduler was making.
EXPORTS = """
Export = env['crm.referral.export'].with_user(env.ref('base.user_admin'))
Export.create({'period': 'all'}).action_export()
env['ir.config_parameter'].set_param('crm_referral.export_direct_rows', '-1')
waiting = Export.create({'period': 'all'})
waiting.action_export()
waiting.sudo().state = 'running'
os.makedirs(waiting.sudo()._get_spool_folder())
open(waiting.sudo()._get_spool_folder() + '/0-0.rows', 'wb').close()
assert Export.search([]).attachment_id
env.cr.commit()
"""


@pytest.fixture(scope="module")
def uninstalled(lab, installed):
    """What was before the installation, what is after the end, and the log."""
    with lab.database(lab.template_base()) as name:
        before = catalogue.read(lab, name)
    with lab.database(installed) as name:
        lab.shell(name, f"import os\n{EXPORTS}", log="uninstall-exports")
        status, log = lab.odoo(
            *("module", "uninstall", "-d", name, *base.core()), log="uninstall"
        )
        assert not status, log[-2000:]
        yield name, before, catalogue.read(lab, name), log


def test_uninstall_is_silent(uninstalled, clean):
    clean(uninstalled[3])


def test_uninstall_leaves_nothing_behind(uninstalled):
    _name, before, after, _log = uninstalled
    assert "\n".join(after.minus(before)) == ""


def test_uninstall_takes_nothing_along(uninstalled):
    _name, before, after, _log = uninstalled
    assert "\n".join(before.minus(after)) == ""


def test_uninstall_leaves_no_file(lab, uninstalled):
    with catalogue.connected(lab, uninstalled[0]) as cursor:
        cursor.execute(
            "SELECT name FROM ir_attachment WHERE res_model ~ '^crm\\.(referral|ass)'"
        )
        assert not cursor.fetchall()
    files = [path.name for path in lab.filestore(uninstalled[0]).iterdir()]
    assert not [name for name in files if "referral" in name]


def test_reinstall(lab, uninstalled, clean):
    clean(lab.install(uninstalled[0], f"-i{OURS}", log="reinstall"))


def _our_tables(lab, name: str) -> list[str]:
    with lab.database(lab.template_base()) as bare:
        without = set(catalogue.read(lab, bare).rows)
    return sorted(set(catalogue.read(lab, name).rows) - without)
