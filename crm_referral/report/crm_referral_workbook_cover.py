import base64
import io

from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_list
from odoo.tools.image import image_process

from .crm_referral_workbook_layout import BAD, BRAND, GOOD, LINE, MUTED, TINT

# The page is made of twelve columns; each of six tiles takes two of them.
COLUMNS = 12
COLUMN_WIDTH = 10.3
COLUMN_PIXELS = 77
TILES = ("asks", "introductions", "won", "win_rate", "revenue", "nps")
TILE_ROW = 5
CHART_ROWS = (10, 22)
CHART_SIZE = {"width": 6 * COLUMN_PIXELS - 8, "height": 232}
LOGO_HEIGHT = 64
LOGO_WIDTH = 220
FEW = 10


class CrmReferralWorkbookCover(models.AbstractModel):
    """The first page: whose report this is, of when, and how it went, at a glance."""

    _inherit = "crm.referral.workbook"

    def _add_cover(self, job):
        """:return: the first sheet, still empty: those behind it hold its figures."""
        sheet = self._add_worksheet(job, self.env._("Overview"))
        sheet.fit_to_pages(1, 1)
        sheet.set_column(0, COLUMNS - 1, COLUMN_WIDTH)
        sheet.center_horizontally()
        return sheet

    def _fill_cover(self, job, cover, tables):
        """Write the heading, the tiles and the charts.

        :param tables: what ``_add_sheet_summary`` knows of the tables
        """
        self._write_cover_heading(job, cover)
        for position, figure in enumerate(self._get_figures(*TILES)):
            self._write_tile(job, cover, 2 * position, figure, tables)
        charts = self._get_cover_charts(job, tables)
        for position, chart in enumerate(charts):
            chart.set_size(CHART_SIZE)
            row, column = CHART_ROWS[position // 2], 6 * (position % 2)
            cover.insert_chart(row, column, chart, {"x_offset": 4, "y_offset": 4})
        if not charts:
            text = self.env._("There is nothing in this period.")
            cover.write_string(CHART_ROWS[0], 0, text, job.muted)

    # === HEADING === #

    def _write_cover_heading(self, job, cover):
        add = job.book.workbook.add_format
        company = add({"bold": True, "font_size": 12, "font_color": MUTED})
        title = add({"bold": True, "font_size": 24, "font_color": BRAND})
        period = add({"font_size": 13, "bold": True})
        muted = add({"font_color": MUTED})
        cover.set_row(1, 34)
        cover.set_row(2, 20)
        cover.write_string(0, 0, self._get_company_names(job.options), company)
        cover.write_string(1, 0, job.options["title"], title)
        cover.write_string(2, 0, self._describe_period(job.options), period)
        narrowed = " · ".join(self._describe_narrowing(job.options))
        comparison = self._describe_comparison(job.options)
        lines = " · ".join(filter(None, (narrowed, comparison)))
        cover.write_string(3, 0, lines, muted)
        self._insert_logo(cover)

    def _get_company_names(self, options):
        companies = self.env["res.company"].browse(options["company_ids"])
        return format_list(self.env, companies.mapped("name"))

    def _insert_logo(self, cover):
        """Put the company's logo into the right corner, if Excel can show it."""
        if not (logo := self._get_logo()):
            return
        content, width, height = logo
        scale = min(LOGO_HEIGHT / height, LOGO_WIDTH / width, 1)
        left = COLUMNS * COLUMN_PIXELS - width * scale
        options = {
            "image_data": io.BytesIO(content),
            "x_scale": scale,
            "y_scale": scale,
            "x_offset": left % COLUMN_PIXELS,
            "y_offset": 4,
            "description": self.env.company.name,
        }
        cover.insert_image(0, int(left // COLUMN_PIXELS), "logo.png", options)

    def _get_logo(self):
        """:return: the company's logo as PNG, its width and height; None when there is
        none of its own, or one that is no picture of dots.
        :rtype: tuple | None
        """
        company = self.env.company
        if company.uses_default_logo or not company.logo:
            return None
        try:
            content = image_process(
                base64.b64decode(company.logo), (600, 200), output_format="PNG"
            )
            size = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
        except (OSError, ValueError, UserError):
            return None
        return (content, *size) if content.startswith(b"\x89PNG") else None

    # === TILES === #

    def _write_tile(self, job, cover, column, figure, tables):
        """Write a figure large, with its name above, its change and n below."""
        row, last = TILE_ROW, column + 1
        codes = self._prepare_codes()
        styles = self._prepare_tile_formats(job)
        cover.set_row(row + 1, 32)
        source = tables.rows[figure.code]
        name = quote_sheetname(tables.sheet.get_name())
        now = tables.periods[0]
        value = self._get_value(figure, now)
        cover.merge_range(row, column, row, last, figure.name, styles["name"])
        shown = styles["value"][figure.format]
        cover.merge_range(row + 1, column, row + 1, last, "", shown)
        cell = f"{name}!{xl_rowcol_to_cell(source, 1)}"
        formula = f'=IF({cell}="","–",{cell})'
        known = "–" if value is None else value
        cover.write_formula(row + 1, column, formula, shown, known)
        kind = "change_points" if figure.in_points else "change"
        code = "".join(
            f"{sign}{part.lstrip('+-')}{end}"
            for sign, part, end in zip(
                ("▲ ", "▼ ", ""), codes[kind].split(";"), (";", ";", ""), strict=True
            )
        )
        style = job.book._format({**styles["note"], "num_format": code})
        cover.merge_range(row + 2, column, row + 2, last, "", style)
        if len(tables.periods) > 1:
            change = self._get_change(
                figure, *(self._get_value(figure, values) for values in tables.periods)
            )
            cell = f"{name}!{xl_rowcol_to_cell(source, 3)}"
            shown = "" if change is None else change
            cover.write_formula(row + 2, column, f"={cell}", style, shown)
            self._color_change(job, cover, row + 2, column)
        base = self._get_base(figure, now)
        note = "" if base is None else f"n = {base}"
        style = job.book._format({**styles["note"], "bottom": 1, "bottom_color": LINE})
        cover.merge_range(row + 3, column, row + 3, last, note, style)

    def _prepare_tile_formats(self, job):
        codes = self._prepare_codes()
        centered = {"align": "center", "valign": "vcenter", "bg_color": TINT}
        value = {**centered, "bold": True, "font_size": 20, "font_color": BRAND}
        note = {**centered, "font_color": MUTED, "font_size": 10}
        format_of = job.book._format
        return {
            "name": format_of({**note, "top": 2, "top_color": BRAND}),
            "note": note,
            "value": {
                name: format_of({**value, "num_format": codes[name], "shrink": True})
                for name in ("integer", "percent", "money", "points")
            },
        }

    def _color_change(self, job, cover, row, column):
        """More is good, less is not: in words of colour beside the arrows."""
        add = job.book.workbook.add_format
        for criteria, color in ((">", GOOD), ("<", BAD)):
            cover.conditional_format(
                *(row, column, row, column),
                {
                    "type": "cell",
                    "criteria": criteria,
                    "value": 0,
                    "format": add({"font_color": color}),
                },
            )

    # === CHARTS === #

    def _get_cover_charts(self, job, tables):
        """:return: up to four charts of the figures in the summary.
        :rtype: list
        """
        sheet, charts = tables.sheet, []
        now = tables.periods[0]
        if tables.months:
            first, last, columns = tables.months
            for kind, title, codes, unit in (
                (
                    "column",
                    self.env._("From asking to winning"),
                    ["asks", "introductions", "won"],
                    # There is no half of a request.
                    1 if now["asks"] + now["introductions"] <= FEW else None,
                ),
                ("line", self.env._("Won revenue"), ["revenue", "all_revenue"], None),
            ):
                area = (first, last, [columns[code] for code in codes])
                charts.append(
                    self._make_chart(job, sheet, kind, title, area, unit=unit)
                )
        unit = 1 if now["candidates"] <= FEW else None
        for title, first, last in tables.candidates.values():
            area = (first, last, (1,))
            charts.append(self._make_chart(job, sheet, "bar", title, area, unit=unit))
        return charts
