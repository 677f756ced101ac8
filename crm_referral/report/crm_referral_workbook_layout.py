from datetime import date

from xlsxwriter.utility import xl_rowcol_to_cell

from odoo import api, fields, models
from odoo.tools.misc import get_lang

from odoo.addons.xlsx_stream.tools.paper import (
    A4,
    LETTER,
    LINE_HEIGHT,
    count_lines,
    set_up_page,
)

from .crm_referral_workbook import Rate

# Excel's codes for those of strftime that languages use.
EXCEL_DATE_CODES = {
    "%Y": "yyyy",
    "%y": "yy",
    "%m": "mm",
    "%-m": "m",
    "%d": "dd",
    "%-d": "d",
    "%b": "mmm",
    "%B": "mmmm",
    "%a": "ddd",
    "%A": "dddd",
    "%H": "hh",
    "%I": "hh",
    "%M": "mm",
    "%S": "ss",
    "%p": "AM/PM",
}

INK = "#1F2933"
MUTED = "#5F6B7A"
BRAND = "#1B4D5C"
TINT = "#E8F0F2"
LINE = "#D3DBE0"
GOOD = "#2F6B4F"
BAD = "#9B3535"
# Told apart in grey as well: by lightness, and lines by their dashes and markers.
SERIES = ("#1B4D5C", "#D8900A", "#6BA292", "#A23B3B", "#8A7BA0", "#9DB4C0")
DASHES = ("solid", "long_dash", "solid", "dash", "solid", "round_dot")
MARKERS = ("circle", "square", "triangle", "diamond", "x", "plus")

# Arial is everywhere, or something of the same widths; the others come with Office.
FONT = "Arial"
FONT_SIZE = 10
FONTS = {
    "zh_TW": "Microsoft JhengHei",
    "zh_HK": "Microsoft JhengHei",
    "zh_CN": "Microsoft YaHei",
    "ja_JP": "Meiryo",
    "ko_KR": "Malgun Gothic",
}
FOOTER = "&L&A&R&P / &N"
LABEL_WIDTH = 30
NUMBER_WIDTH = 14


class CrmReferralWorkbookLayout(models.AbstractModel):
    """How the sheets look: paper, colours, fonts, tables and charts."""

    _inherit = "crm.referral.workbook"

    # === FORMATS === #

    def _get_book_options(self):
        """:return: options of xlsxwriter: how cells look that have no format."""
        style = {"font_name": self._get_font(), "font_size": FONT_SIZE}
        return {"default_format_properties": style}

    def _get_font(self):
        return FONTS.get(get_lang(self.env).code, FONT)

    def _get_paper(self):
        """:return: the paper of the company, as far as printers have it."""
        return LETTER if self.env.company.paperformat_id.format == "Letter" else A4

    def _prepare_codes(self):
        """:return: Excel's codes for numbers and dates, in the user's language.
        :rtype: dict
        """
        lang = get_lang(self.env)
        currency = self.env.company.currency_id
        decimals = (
            "." + "0" * currency.decimal_places if currency.decimal_places else ""
        )
        symbol = f'"{currency.symbol.replace(chr(34), "")}"'
        amount = f"#,##0{decimals}"
        money = (
            f"{amount} {symbol}"
            if currency.position == "after"
            else f"{symbol} {amount}"
        )
        points = self.env._("points").replace('"', "")
        return {
            "date": self._to_excel_code(lang.date_format) or "yyyy-mm-dd",
            "time": self._to_excel_code(lang.time_format.replace(":%S", "")) or "hh:mm",
            "integer": "#,##0",
            "decimal": "#,##0.0",
            "percent": "0.0%",
            "points": "+0;-0;0",
            "money": money,
            "amount": amount,
            "change": "+0.0%;-0.0%;0.0%",
            "change_points": f'+0.0" {points}";-0.0" {points}";0.0" {points}"',
        }

    def _prepare_formats(self, workbook):
        """:return: formats by name, in the user's language.
        :rtype: dict
        """
        codes = self._prepare_codes()
        add = workbook.add_format
        header = self._get_header_style()
        line = {"bottom": 1, "bottom_color": LINE}
        bold = {"bold": True, "top": 1, "top_color": BRAND}
        muted = {"font_color": MUTED}
        numbers = {
            name: {"num_format": codes[name]}
            for name in ("integer", "decimal", "percent", "points", "money")
        }
        return {
            "date_code": codes["date"],
            "datetime_code": f"{codes['date']} {codes['time']}",
            # Rows of several companies have several currencies: no symbol there.
            "money_code": codes["money"]
            if len(self.env.companies.currency_id) == 1
            else codes["amount"],
            "title": add({"bold": True, "font_size": 16, "font_color": BRAND}),
            "muted": add(muted),
            "header": add(header),
            "number_header": add({**header, "align": "right"}),
            "text_header": add({**header, "align": "left"}),
            "text": add(line),
            "label": add({"bold": True, "valign": "top"}),
            "wrapped": add({"text_wrap": True, "valign": "top"}),
            "month": add({**line, "num_format": "yyyy-mm", "align": "left"}),
            "year": add({**line, "num_format": "0", "align": "left"}),
            "change": {
                name: add({**line, **muted, "num_format": codes[name]})
                for name in ("change", "change_points")
            },
            "number": {name: add({**line, **code}) for name, code in numbers.items()},
            "bold": {name: add({**bold, **code}) for name, code in numbers.items()},
            "total": add(bold),
        }

    def _get_header_style(self):
        """:return: how the headings of all tables look."""
        return {
            "bold": True,
            "font_color": BRAND,
            "bg_color": TINT,
            "bottom": 2,
            "bottom_color": BRAND,
            "text_wrap": True,
            "valign": "top",
        }

    @api.model
    def _to_excel_code(self, strftime):
        """:return: Excel's code for a date format, or nothing if there is none.
        :rtype: str
        """
        code, rest = "", strftime or ""
        while rest:
            for token in (rest[:3], rest[:2]):
                if token in EXCEL_DATE_CODES:
                    code, rest = code + EXCEL_DATE_CODES[token], rest[len(token) :]
                    break
            else:
                if rest[0] == "%":
                    return ""
                code += rest[0] if rest[0] in " /-.:," else f'"{rest[0]}"'
                rest = rest[1:]
        return code

    # === SHEETS AND TABLES === #

    def _add_worksheet(self, job, name, landscape=True):
        """:return: a small sheet, set up to be printed on one page's width."""
        sheet = job.book.workbook.add_worksheet(job.book._free_name(name))
        set_up_page(sheet, self._get_paper(), landscape=landscape, footer=FOOTER)
        sheet.hide_gridlines(2)
        if get_lang(self.env).direction == "rtl":
            sheet.right_to_left()
        return sheet

    def _write_headers(self, job, sheet, row, headers, style=None):
        # Only Excel makes a row higher by itself.
        lines = max(
            count_lines(header, NUMBER_WIDTH if column else LABEL_WIDTH)
            for column, header in enumerate(headers)
        )
        sheet.set_row(row, lines * LINE_HEIGHT + 2)
        for column, header in enumerate(headers):
            number_style = style or job.number_header
            sheet.write_string(
                row, column, header, number_style if column else job.header
            )

    def _write_figure_table(self, job, sheet, row, heading, figures, lines):
        """Write a table with a column per figure and a row of sums below.

        :param str heading: of the first column
        :param list figures: what the columns show; what a rate is made of must be among
            them
        :param list lines: first cell, and the values of the figures by their code, of
            each row; the first cell is a text, a year, or the first day of a month
        :return: the first and the last row of the lines
        :rtype: tuple
        """
        self._write_headers(job, sheet, row, [heading, *(f.name for f in figures)])
        first = row + 1
        for label, values in lines:
            row += 1
            self._write_label(job, sheet, row, label)
            self._write_values(job, sheet, row, figures, values, job.number)
        codes = [f.code for f in figures if not isinstance(f, Rate)]
        sums = {code: sum(v[code] or 0 for _l, v in lines) for code in codes}
        sheet.write_string(row + 1, 0, self.env._("Total"), job.total)
        area = (first, row) if lines else None
        self._write_values(job, sheet, row + 1, figures, sums, job.bold, area)
        return first, row

    def _write_label(self, job, sheet, row, label):
        if isinstance(label, int):
            sheet.write_number(row, 0, label, job.year)
        elif isinstance(label, date) and label.year >= 1900:
            month = fields.Datetime.to_datetime(label)
            sheet.write_datetime(row, 0, month, job.month)
        else:
            sheet.write_string(row, 0, str(label), job.text)

    def _write_values(self, job, sheet, row, figures, values, formats, area=None):
        """Write a row of figures: rates, and the sums of an area, as formulas."""
        columns = {figure.code: index for index, figure in enumerate(figures, 1)}
        for figure in figures:
            column = columns[figure.code]
            style = formats[figure.format]
            if isinstance(figure, Rate):
                self._write_rate(sheet, row, column, figure, values, columns, style)
            elif values[figure.code] is None:
                sheet.write_blank(row, column, None, style)
            elif area:
                start, end = (xl_rowcol_to_cell(r, column) for r in area)
                total = values[figure.code]
                sheet.write_formula(row, column, f"=SUM({start}:{end})", style, total)
            else:
                sheet.write_number(row, column, values[figure.code], style)

    def _write_rate(self, sheet, row, column, figure, values, columns, style):
        """Write a rate of the figures in the same row: nothing when of nothing."""
        part = xl_rowcol_to_cell(row, columns[figure.part])
        whole = "+".join(xl_rowcol_to_cell(row, columns[code]) for code in figure.whole)
        rate = self._get_rate(figure, values)
        sheet.write_formula(
            row,
            column,
            f'=IF(({whole})=0,"",{part}/({whole}))',
            style,
            "" if rate is None else rate,
        )

    def _write_totals(self, job, sheet, row, first, totals, formats):
        """Write the sums of the columns from row ``first`` on, as formulas.

        :return: the row they are in
        """
        last = row
        row += 1
        sheet.write_string(row, 0, self.env._("Total"), job.total)
        for index, (total, fmt) in enumerate(zip(totals, formats, strict=True), 1):
            if last < first:
                sheet.write_number(row, index, 0, job.bold[fmt])
                continue
            start, end = (xl_rowcol_to_cell(r, index) for r in (first, last))
            sheet.write_formula(
                row, index, f"=SUM({start}:{end})", job.bold[fmt], total
            )
        return row

    # === CHARTS === #

    def _make_chart(self, job, sheet, kind, title, area, highest=None, unit=None):
        """Make a chart of Excel's own of the figures in a sheet.

        :param str kind: ``column`` and ``line`` go by month, ``bar`` and ``radar`` not
        :param tuple area: the first and the last row of the figures, below their
            heading, and the columns that are drawn
        :param highest: where the axis ends, for figures from 0 to it
        :param unit: of the axis
        """
        first, last, columns = area
        font = {"name": self._get_font(), "size": 10, "color": INK}
        chart = job.book.workbook.add_chart({"type": kind})
        name = sheet.get_name()
        for position, column in enumerate(columns):
            chart.add_series(
                {
                    "name": [name, first - 1, column],
                    "categories": [name, first, 0, last, 0],
                    "values": [name, first, column, last, column],
                    **self._prepare_series(kind, position),
                }
            )
        chart.set_title({"name": title, "name_font": {**font, "size": 12}})
        chart.set_legend(
            {"position": "bottom", "font": font} if len(columns) > 1 else {"none": True}
        )
        chart.show_blanks_as("gap")
        chart.set_chartarea({"border": {"color": LINE}})
        self._set_axes(chart, kind, font, highest, unit)
        return chart

    def _prepare_series(self, kind, position):
        """:return: what tells a series from the others.
        :rtype: dict
        """
        position %= len(SERIES)
        color = SERIES[position]
        if kind in ("line", "radar"):
            marker = {
                "type": MARKERS[position],
                "size": 6,
                "border": {"color": color},
                "fill": {"color": color},
            }
            dash = DASHES[position]
            return {
                "line": {"color": color, "width": 2.25, "dash_type": dash},
                # Also the line of a single month is to be seen.
                "marker": marker,
            }
        return {"fill": {"color": color}, "gap": 60, "overlap": 0}

    def _set_axes(self, chart, kind, font, highest, unit):
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
            chart.set_x_axis(
                {"num_format": "yyyy-mm", "text_axis": True, "num_font": font}
            )
        chart.set_y_axis(scale)

    def _insert_chart(self, job, sheet, cell, kind, title, area, highest=None):
        """Put a chart into the sheet of its figures; see :meth:`_make_chart`.

        :param tuple cell: row and column of the chart's corner
        """
        chart = self._make_chart(job, sheet, kind, title, area, highest)
        chart.set_size({"width": 560, "height": 300})
        sheet.insert_chart(*cell, chart)
