"""LibreOffice opens the workbook of the demo story, and finds every figure in it."""

import openpyxl
import pytest

from odoo.tools.misc import mute_logger


@pytest.fixture(scope="module")
def path(env, tmp_path_factory):
    """The workbook of all sheets and dates, made by the export."""
    user = env.ref("base.user_demo")
    with mute_logger("odoo.addons.crm_referral.models.crm_referral_export"):
        export = env["crm.referral.export"].with_user(user).create({"period": "all"})
        export.action_export()
    assert export.state == "done"
    path = tmp_path_factory.mktemp("workbook") / "workbook.xlsx"
    path.write_bytes(export.attachment_id.sudo().raw)
    return path


@pytest.fixture(scope="module")
def ours(path):
    return openpyxl.load_workbook(path, data_only=True)


@pytest.fixture(scope="module")
def saved(path, office):
    return office.saved_anew(path)


def cells(sheet):
    """What is in a sheet, by the address of the cell."""
    found = (cell for row in sheet.iter_rows() for cell in row)
    return {c.coordinate: c.value for c in found if c.value not in (None, "")}


def same(value):
    """What equals it: LibreOffice saves 15 digits of a number, the last one rounded."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return pytest.approx(value, rel=1e-13, abs=0) if is_number else value


def test_every_cell(ours, saved):
    assert saved.sheetnames == ours.sheetnames
    for sheet in ours:
        expected = {address: same(value) for address, value in cells(sheet).items()}
        assert cells(saved[sheet.title]) == expected, sheet.title


def test_recalculated_formulas(path, ours, office, tmp_path):
    """Totals are what LibreOffice itself makes of the formulas."""
    book = openpyxl.load_workbook(path)
    formulas = {
        (sheet.title, cell.coordinate)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if str(cell.value).startswith("=") and "HYPERLINK" not in cell.value
    }
    assert formulas
    # openpyxl saves formulas without the values that we have put beside them.
    bare = tmp_path / "recalculated.xlsx"
    book.save(bare)
    recalculated = office.saved_anew(bare)
    for sheet, address in formulas:
        found, expected = (each[sheet][address].value for each in (recalculated, ours))
        assert found == pytest.approx(expected), (sheet, address)


def test_charts_and_filters(ours, saved):
    charts = {sheet.title: len(sheet._charts) for sheet in ours}
    assert {sheet.title: len(sheet._charts) for sheet in saved} == charts
    assert any(charts.values())
    filters = [sheet.title for sheet in ours if sheet.auto_filter.ref]
    assert [sheet.title for sheet in saved if sheet.auto_filter.ref] == filters
