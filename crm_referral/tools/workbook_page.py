"""A small sheet of a workbook: tables of figures, their sums and rates as formulas,
and charts of Excel's own.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from odoo.addons.crm_foundation.tools.figures import Figure, Rate
from odoo.addons.xlsx_stream.tools.paper import LINE_HEIGHT, count_lines, set_up_page

from .workbook_look import DASHES, FOOTER, INK, LINE, MARKERS, SERIES, Look

LABEL_WIDTH = 30
NUMBER_WIDTH = 14
CHART_SIZE = {"width": 560, "height": 300}
# What Excel knows as a date.
FIRST_YEAR = 1900


class Page:
    """A worksheet of xlsxwriter, set up to be printed on one page's width.

    :param formats: what ``workbook_look.make_formats`` returns
    """

    def __init__(
        self,
        workbook: Any,
        name: str,
        look: Look,
        formats: SimpleNamespace,
        *,
        columns: int = 8,
    ) -> None:
        self.workbook = workbook
        self.look = look
        self.formats = formats
        self.sheet = workbook.add_worksheet(name)
        set_up_page(self.sheet, look.paper, landscape=True, footer=FOOTER)
        self.sheet.hide_gridlines(2)
        self.sheet.set_column(0, 0, LABEL_WIDTH)
        self.sheet.set_column(1, columns, NUMBER_WIDTH)
        if look.right_to_left:
            self.sheet.right_to_left()

    @property
    def name(self) -> str:
        return self.sheet.get_name()

    def write_title(self, title: str, *lines: str) -> None:
        """Write what the sheet is, and of what it tells, into its first rows."""
        self.sheet.write_string(0, 0, title, self.formats.title)
        for row, line in enumerate(lines, 1):
            if line:
                self.sheet.write_string(row, 0, line, self.formats.muted)

    def write_text(self, row: int, column: int, text: str) -> None:
        self.sheet.write_string(row, column, text, self.formats.text)

    def write_note(self, row: int, text: str) -> None:
        """Write what is to be known of what stands above or below."""
        self.sheet.write_string(row, 0, text, self.formats.muted)

    # Tables

    def write_headers(
        self, row: int, headers: Sequence[str], style: Any = None
    ) -> None:
        # Only Excel makes a row higher by itself.
        lines = max(
            count_lines(header, NUMBER_WIDTH if column else LABEL_WIDTH)
            for column, header in enumerate(headers)
        )
        self.sheet.set_row(row, lines * LINE_HEIGHT + 2)
        others = style or self.formats.number_header
        for column, header in enumerate(headers):
            self.sheet.write_string(
                row, column, header, others if column else self.formats.header
            )

    def write_number(
        self, row: int, column: int, value: Any, fmt: str = "integer"
    ) -> None:
        """Write a number, or an empty cell where there is none."""
        style = self.formats.number[fmt]
        if value is None or value is False:
            self.sheet.write_blank(row, column, None, style)
        else:
            self.sheet.write_number(row, column, value, style)

    def write_label(self, row: int, label: str | int | date) -> None:
        """Write the first cell of a row: a text, a year, or the first of a month."""
        if isinstance(label, int):
            self.sheet.write_number(row, 0, label, self.formats.year)
        elif isinstance(label, date) and label.year >= FIRST_YEAR:
            month = datetime(label.year, label.month, label.day)
            self.sheet.write_datetime(row, 0, month, self.formats.month)
        else:
            self.write_text(row, 0, str(label))

    def write_figure_table(
        self,
        row: int,
        heading: str,
        figures: Sequence[Figure],
        lines: Sequence[tuple[Any, Mapping]],
        totals: Mapping | None = None,
    ) -> tuple[int, int]:
        """Write a table with a column per figure and a row of sums below.

        :param heading: of the first column
        :param figures: what the columns show; what a rate is made of must be among them
        :param lines: label, and the values of the figures by their code, of each row
        :param totals: of what cannot be summed: the values over all rows, by code
        :return: the first and the last row of the lines
        """
        self.write_headers(row, [heading, *(figure.name for figure in figures)])
        first = row + 1
        for label, values in lines:
            row += 1
            self.write_label(row, label)
            self.write_values(row, figures, values)
        sums = {
            figure.code: sum(values[figure.code] or 0 for _label, values in lines)
            for figure in figures
            if not isinstance(figure, Rate)
        }
        self.sheet.write_string(row + 1, 0, self.look.total, self.formats.total)
        area = (first, row) if lines else None
        self.write_sums(row + 1, figures, sums, area, totals or {})
        return first, row

    def write_values(
        self, row: int, figures: Sequence[Figure], values: Mapping
    ) -> None:
        """Write a row of figures, rates as formulas."""
        columns = columns_of(figures)
        for figure in figures:
            if isinstance(figure, Rate):
                self._write_rate(
                    row, figure, columns, values, self.formats.number[figure.format]
                )
            else:
                value = values[figure.code]
                self.write_number(row, columns[figure.code], value, figure.format)

    def write_sums(
        self,
        row: int,
        figures: Sequence[Figure],
        sums: Mapping,
        area: tuple[int, int] | None,
        totals: Mapping,
    ) -> None:
        """Write the sums of the rows of an area as formulas, and the rates of these."""
        columns = columns_of(figures)
        for figure in figures:
            column, style = columns[figure.code], self.formats.bold[figure.format]
            if isinstance(figure, Rate):
                self._write_rate(row, figure, columns, sums, style)
            elif figure.code in totals:
                if (total := totals[figure.code]) is not None:
                    self.sheet.write_number(row, column, total, style)
            else:
                self._write_sum(row, column, area, sums[figure.code], style)

    def write_totals(
        self, row: int, first: int, totals: Sequence, fmt: str = "integer"
    ) -> int:
        """Write the sums of the columns from row ``first`` on, as formulas.

        :return: the row they are in
        """
        area = (first, row) if row >= first else None
        row += 1
        self.sheet.write_string(row, 0, self.look.total, self.formats.total)
        for column, total in enumerate(totals, 1):
            self._write_sum(row, column, area, total, self.formats.bold[fmt])
        return row

    def write_share(
        self, row: int, area: tuple[int, int], count: float, total: float
    ) -> None:
        """Write what share the second cell of a row is of those of an area."""
        cell = xl_rowcol_to_cell(row, 1)
        start, end = (xl_rowcol_to_cell(each, 1, True) for each in area)
        self.sheet.write_formula(
            row,
            2,
            f'=IF(SUM({start}:{end})=0,"",{cell}/SUM({start}:{end}))',
            self.formats.number["percent"],
            count / total if total else "",
        )

    def write_ratio(
        self, cell: tuple[int, int], part: str, whole: str, value: Any, style: Any
    ) -> None:
        """Write one cell divided by others, as a formula: nothing when by nothing."""
        formula = f'=IF(({whole})=0,"",{part}/({whole}))'
        self.sheet.write_formula(*cell, formula, style, "" if value is None else value)

    def _write_rate(self, row, figure, columns, values, style):
        part = xl_rowcol_to_cell(row, columns[figure.part])
        whole = "+".join(xl_rowcol_to_cell(row, columns[code]) for code in figure.whole)
        value = figure.get_value(values)
        self.write_ratio((row, columns[figure.code]), part, whole, value, style)

    def _write_sum(self, row, column, area, total, style):
        if area is None:
            self.sheet.write_number(row, column, 0, style)
            return
        start, end = (xl_rowcol_to_cell(each, column) for each in area)
        self.sheet.write_formula(row, column, f"=SUM({start}:{end})", style, total)

    # Charts

    def make_chart(
        self,
        kind: str,
        title: str,
        area: tuple[int, int, Iterable[int]],
        highest: float | None = None,
        unit: float | None = None,
    ) -> Any:
        """Make a chart of Excel's own of the figures in the sheet.

        :param kind: ``column`` and ``line`` go by month, ``bar`` and ``radar`` not
        :param area: the first and the last row of the figures, below their heading, and
            the columns that are drawn
        :param highest: where the axis ends, for figures from 0 to it
        :param unit: of the axis
        """
        first, last, columns = area
        font = {"name": self.look.font, "size": 10, "color": INK}
        chart = self.workbook.add_chart({"type": kind})
        columns = list(columns)
        for position, column in enumerate(columns):
            chart.add_series(
                {
                    "name": [self.name, first - 1, column],
                    "categories": [self.name, first, 0, last, 0],
                    "values": [self.name, first, column, last, column],
                    **series_of(kind, position),
                }
            )
        chart.set_title({"name": title, "name_font": {**font, "size": 12}})
        chart.set_legend(
            {"position": "bottom", "font": font} if len(columns) > 1 else {"none": True}
        )
        chart.show_blanks_as("gap")
        chart.set_chartarea({"border": {"color": LINE}})
        set_axes(chart, kind, font, highest, unit)
        return chart

    def insert_chart(self, cell: tuple[int, int], *args: Any, **kwargs: Any) -> None:
        """Put a chart into the sheet of its figures; see :meth:`make_chart`.

        :param cell: row and column of the chart's corner
        """
        chart = self.make_chart(*args, **kwargs)
        chart.set_size(CHART_SIZE)
        self.sheet.insert_chart(*cell, chart)


def columns_of(figures: Sequence[Figure]) -> dict[str, int]:
    """:return: the columns of a table of figures, by their codes"""
    return {figure.code: column for column, figure in enumerate(figures, 1)}


def series_of(kind: str, position: int) -> dict[str, Any]:
    """:return: what tells a series of a chart from the others"""
    position %= len(SERIES)
    color = SERIES[position]
    if kind not in ("line", "radar"):
        return {"fill": {"color": color}, "gap": 60, "overlap": 0}
    return {
        "line": {"color": color, "width": 2.25, "dash_type": DASHES[position]},
        # Also the line of a single month is to be seen.
        "marker": {
            "type": MARKERS[position],
            "size": 6,
            "border": {"color": color},
            "fill": {"color": color},
        },
    }


def set_axes(
    chart: Any, kind: str, font: dict, highest: float | None, unit: float | None
) -> None:
    """Set the axes of a chart: from 0 to the highest, in steps of the unit."""
    scale = {
        "major_gridlines": {"visible": True, "line": {"color": LINE}},
        "num_format": "#,##0",
        "line": {"none": True},
        "num_font": font,
    }
    if highest is not None:
        scale |= {"min": 0, "max": highest}
    if unit:
        scale |= {"major_unit": unit}
    if kind == "bar":
        # From top to bottom, with the numbers below.
        chart.set_y_axis({"reverse": True, "num_font": font})
        chart.set_x_axis({"label_position": "high", **scale})
        return
    if kind != "radar":
        axis = {"num_format": "yyyy-mm", "text_axis": True, "num_font": font}
        chart.set_x_axis(axis)
    chart.set_y_axis(scale)
