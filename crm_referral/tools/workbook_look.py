"""How a workbook looks: colours, fonts, and the formats of its cells.

Plain values: who reads gives language, paper and currency as a :class:`Look`.
"""

from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from odoo.addons.xlsx_stream.tools.paper import A4, Paper

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
NUMBERS = ("integer", "decimal", "percent", "score", "points", "money")

HEADER = {
    "bold": True,
    "font_color": BRAND,
    "bg_color": TINT,
    "bottom": 2,
    "bottom_color": BRAND,
    "text_wrap": True,
    "valign": "top",
}


@dataclass(frozen=True)
class Look:
    """What the reader's language, company and currency say of the look.

    :param lang: code of the language
    :param date_format: of strftime, as ``time_format``
    :param one_currency: whether all rows have the same one; else no symbol is shown
    :param total: the word before sums
    :param points: the word behind changes in points
    """

    lang: str = "en_US"
    date_format: str = "%m/%d/%Y"
    time_format: str = "%H:%M:%S"
    right_to_left: bool = False
    paper: Paper = A4
    symbol: str = "$"
    symbol_after: bool = False
    decimals: int = 2
    one_currency: bool = True
    total: str = "Total"
    points: str = "points"

    @property
    def font(self) -> str:
        return FONTS.get(self.lang, FONT)

    @property
    def book_options(self) -> dict[str, Any]:
        """Options of xlsxwriter: how cells look that have no format."""
        style = {"font_name": self.font, "font_size": FONT_SIZE}
        return {"default_format_properties": style}

    @cached_property
    def codes(self) -> dict[str, str]:
        """Excel's codes for numbers and dates."""
        amount = "#,##0" + ("." + "0" * self.decimals if self.decimals else "")
        symbol = f'"{self.symbol.replace(chr(34), "")}"'
        money = f"{amount} {symbol}" if self.symbol_after else f"{symbol} {amount}"
        points = self.points.replace('"', "")
        date = to_excel_code(self.date_format) or "yyyy-mm-dd"
        time = to_excel_code(self.time_format.replace(":%S", "")) or "hh:mm"
        return {
            "date": date,
            "datetime": f"{date} {time}",
            "integer": "#,##0",
            "decimal": "#,##0.0",
            "score": "#,##0.0",
            "percent": "0.0%",
            "points": "+0;-0;0",
            "money": money,
            "row_money": money if self.one_currency else amount,
            "change": "+0.0%;-0.0%;0.0%",
            "change_points": f'+0.0" {points}";-0.0" {points}";0.0" {points}"',
        }


def to_excel_code(strftime: str) -> str:
    """:return: Excel's code for a date format, or nothing if there is none

    >>> to_excel_code("%d/%m/%Y"), to_excel_code("%Y年%m月"), to_excel_code("%Q")
    ('dd/mm/yyyy', 'yyyy"年"mm"月"', '')
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


def make_formats(workbook: Any, look: Look) -> SimpleNamespace:
    """:return: the formats of a workbook of xlsxwriter, by name"""
    add, codes = workbook.add_format, look.codes
    line = {"bottom": 1, "bottom_color": LINE}
    bold = {"bold": True, "top": 1, "top_color": BRAND}
    muted = {"font_color": MUTED}
    numbers = {name: {"num_format": codes[name]} for name in NUMBERS}
    return SimpleNamespace(
        title=add({"bold": True, "font_size": 16, "font_color": BRAND}),
        muted=add(muted),
        header=add(HEADER),
        number_header=add({**HEADER, "align": "right"}),
        text_header=add({**HEADER, "align": "left"}),
        text=add(line),
        label=add({"bold": True, "valign": "top"}),
        wrapped=add({"text_wrap": True, "valign": "top"}),
        month=add({**line, "num_format": "yyyy-mm", "align": "left"}),
        year=add({**line, "num_format": "0", "align": "left"}),
        change={
            name: add({**line, **muted, "num_format": codes[name]})
            for name in ("change", "change_points")
        },
        number={name: add({**line, **code}) for name, code in numbers.items()},
        bold={name: add({**bold, **code}) for name, code in numbers.items()},
        total=add(bold),
    )
