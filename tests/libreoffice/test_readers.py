"""Other readers than LibreOffice: each gives every row and every cell that went in."""

import csv
import io
import json
import re
import subprocess
import zipfile
from datetime import datetime
from functools import partial
from pathlib import Path

import openpyxl
import pytest
import python_calamine
from devkit import venv
from xlsx2csv import Xlsx2csv

from odoo.tools import SQL

from odoo.addons.xlsx_stream.tools.workbook import (
    Column,
    SheetSpec,
    Spool,
    StreamWorkbook,
)

# Rows with cells that are empty at the beginning, in the middle, at the end, and all.
QUERY = SQL(
    """SELECT g,
        CASE WHEN g %% 2 = 0 THEN 'row & ' || g END,
        CASE WHEN g %% 3 = 0 THEN g / 4.0 END,
        CASE WHEN g %% 5 = 0 THEN timestamp '2026-02-28 12:00' + g * interval '1 day'
        END,
        CASE WHEN g %% 7 = 0 THEN ' spaces at the ends ' END
    FROM generate_series(1, 50) g"""
)
COLUMNS = [
    Column("Number", "integer", style={"num_format": "0"}),
    Column("Text"),
    Column("Amount", "decimal", total=True, style={"num_format": "0.00"}),
    Column("Moment", "datetime"),
    Column("Careful"),
]


def read_by_openpyxl(path):
    book = openpyxl.load_workbook(path, data_only=True)
    return {sheet.title: [*sheet.iter_rows(values_only=True)] for sheet in book}


def read_by_calamine(path):
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return {
        name: [
            tuple(None if cell == "" else cell for cell in row)
            for row in book.get_sheet_by_name(name).to_python()
        ]
        for name in book.sheet_names
    }


def read_by_xlsx2csv(path):
    book = Xlsx2csv(str(path), dateformat="%Y-%m-%d %H:%M")
    found = {}
    for sheet in book.workbook.sheets:
        text = io.StringIO()
        book.convert(text, sheet["index"])
        found[sheet["name"]] = [*csv.reader(io.StringIO(text.getvalue()))]
    return found


def read_by_npm(reader, path):
    """Of the npm registry: see readers.mjs."""
    result = subprocess.run(
        ["node", Path(__file__).with_name("readers.mjs"), reader, path],
        stdout=subprocess.PIPE,
        cwd=venv.node_modules(),
        check=True,
    )
    # Rows end with the last cell that holds something.
    return {
        number: [(row + [None] * len(COLUMNS))[: len(COLUMNS)] for row in rows]
        for number, rows in enumerate(json.loads(result.stdout))
    }


READERS = {
    "openpyxl": read_by_openpyxl,
    "calamine": read_by_calamine,
    "xlsx2csv": read_by_xlsx2csv,
    "exceljs": partial(read_by_npm, "exceljs"),
    "read-excel-file": partial(read_by_npm, "read-excel-file"),
}


def comparable(cell):
    """The value of a cell, whether a reader has types or gives texts only."""
    if cell in (None, ""):
        return None
    if isinstance(cell, datetime):
        return cell
    for known in (
        float,
        lambda text: datetime.strptime(text, "%Y-%m-%d %H:%M"),
        lambda text: datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.000Z"),
    ):
        try:
            return known(cell)
        except (TypeError, ValueError):
            continue
    return cell.strip()


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("sliced", [False, True], ids=["streamed", "in slices"])
@pytest.mark.parametrize("max_rows", [1000, 22], ids=["one sheet", "several sheets"])
def test_every_row(cr, tmp_path, reader, sliced, max_rows):
    path = tmp_path / "rows.xlsx"
    spool = (
        Spool(tmp_path / "spool", None, lambda _spool: None, slice_rows=7)
        if sliced
        else None
    )
    with StreamWorkbook(cr, path, max_rows=max_rows, spool=spool) as book:
        book.add_sheet(SheetSpec("Rows", COLUMNS, QUERY, key=0))
    cr.execute(SQL("%s ORDER BY 1 DESC", QUERY))
    expected = [[comparable(cell) for cell in row] for row in cr.fetchall()]
    found = []
    for rows in READERS[reader](path).values():
        table = [[comparable(cell) for cell in row] for row in rows]
        assert table[1][:3] == ["Number", "Text", "Amount"]
        found += table[2:]
    assert found == expected


@pytest.mark.parametrize("sliced", [False, True], ids=["streamed", "in slices"])
def test_every_row_and_cell_says_where_it_is(cr, tmp_path, sliced):
    """Upwards by one from the heading on, in each worksheet."""
    path = tmp_path / "rows.xlsx"
    spool = Spool(tmp_path / "spool", None, lambda _spool: None, slice_rows=7)
    with StreamWorkbook(cr, path, max_rows=22, spool=spool if sliced else None) as book:
        book.add_sheet(SheetSpec("Rows", COLUMNS, QUERY, key=0))
    with zipfile.ZipFile(path) as package:
        sheets = [name for name in package.namelist() if "/worksheets/" in name]
        assert len(sheets) == 3
        for name in sheets:
            rows = re.findall(r"<row([^>]*)>(.*?)</row>", package.read(name).decode())
            for number, (attributes, cells) in enumerate(rows, 1):
                assert f' r="{number}"' in attributes
                where = re.findall(r"<c([^>]*)>", cells)
                assert where and all(
                    re.match(rf' r="[A-E]{number}"', each) for each in where
                )
