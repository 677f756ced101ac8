import base64
import io

from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.image import image_process

from ...tools.workbook_look import BAD, BRAND, GOOD, LINE, MUTED, TINT

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


class CrmReferralSheetCover(models.AbstractModel):
    """The first page: whose report this is, of when, and how it went, at a glance."""

    _name = "crm.referral.sheet.cover"
    _inherit = "crm.referral.sheet"
    _description = "Sheet of a Referral Workbook"

    def _get_title(self):
        return self.env._("Overview")

    def _add(self, job):
        """:return: the first sheet, still empty: those behind it hold its figures."""
        cover = job.add_page(self._get_title())
        cover.sheet.fit_to_pages(1, 1)
        cover.sheet.set_column(0, COLUMNS - 1, COLUMN_WIDTH)
        cover.sheet.center_horizontally()
        return cover

    @api.model
    def _fill(self, job, cover, tables):
        """Write the heading, the tiles and the charts.

        :param Page cover: what :meth:`_add` has returned
        :param tables: what ``crm.referral.sheet.summary`` knows of its tables
        """
        self._write_heading(job, cover)
        styles = self._prepare_tile_formats(job)
        for position, figure in enumerate(self._figures._get(*TILES)):
            self._write_tile(job, cover, 2 * position, figure, tables, styles)
        charts = self._get_charts(tables)
        for position, chart in enumerate(charts):
            chart.set_size(CHART_SIZE)
            row, column = CHART_ROWS[position // 2], 6 * (position % 2)
            offset = {"x_offset": 4, "y_offset": 4}
            cover.sheet.insert_chart(row, column, chart, offset)
        if not charts:
            text = self.env._("There is nothing in this period.")
            cover.write_note(CHART_ROWS[0], text)

    # === HEADING === #

    def _write_heading(self, job, cover):
        add, sheet = job.book.workbook.add_format, cover.sheet
        company = add({"bold": True, "font_size": 12, "font_color": MUTED})
        title = add({"bold": True, "font_size": 24, "font_color": BRAND})
        period = add({"font_size": 13, "bold": True})
        sheet.set_row(1, 34)
        sheet.set_row(2, 20)
        options, scope = job.options, self._scope
        sheet.write_string(0, 0, scope._describe_companies(options), company)
        sheet.write_string(1, 0, options["title"], title)
        sheet.write_string(2, 0, scope._describe_period(options), period)
        narrowed = " · ".join(scope._describe_narrowing(options))
        comparison = scope._describe_comparison(options)
        cover.write_note(3, " · ".join(filter(None, (narrowed, comparison))))
        self._insert_logo(sheet)

    def _insert_logo(self, sheet):
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
        sheet.insert_image(0, int(left // COLUMN_PIXELS), "logo.png", options)

    @api.model
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

    def _write_tile(self, job, cover, column, figure, tables, styles):
        """Write a figure large, with its name above, its change and n below."""
        row, last, merge = TILE_ROW, column + 1, cover.sheet.merge_range
        now = tables.periods[0]
        cover.sheet.set_row(row + 1, 32)
        merge(row, column, row, last, figure.name, styles["name"])
        shown = styles["value"][figure.format]
        merge(row + 1, column, row + 1, last, "", shown)
        cell = self._get_cell(tables, figure, 1)
        value = figure.get_value(now)
        known = "–" if value is None else value
        formula = f'=IF({cell}="","–",{cell})'
        cover.sheet.write_formula(row + 1, column, formula, shown, known)
        style = styles["change_points" if figure.in_points else "change"]
        merge(row + 2, column, row + 2, last, "", style)
        if len(tables.periods) > 1:
            change = figure.get_change(*map(figure.get_value, tables.periods))
            cell = self._get_cell(tables, figure, 3)
            shown = "" if change is None else change
            cover.sheet.write_formula(row + 2, column, f"={cell}", style, shown)
            self._color_change(job, cover, row + 2, column)
        base = self._figures._get_count(figure, now)
        note = "" if base is None else f"n = {base}"
        merge(row + 3, column, row + 3, last, note, styles["last"])

    def _get_cell(self, tables, figure, column):
        """:return: where a figure stands in the summary, as formulas call it"""
        cell = xl_rowcol_to_cell(tables.rows[figure.code], column)
        return f"{quote_sheetname(tables.page.name)}!{cell}"

    def _prepare_tile_formats(self, job):
        codes = job.look.codes
        centered = {"align": "center", "valign": "vcenter", "bg_color": TINT}
        value = {**centered, "bold": True, "font_size": 20, "font_color": BRAND}
        note = {**centered, "font_color": MUTED, "font_size": 10}
        format_of = job.book.format
        return {
            "name": format_of({**note, "top": 2, "top_color": BRAND}),
            "last": format_of({**note, "bottom": 1, "bottom_color": LINE}),
            "value": {
                name: format_of({**value, "num_format": codes[name], "shrink": True})
                for name in ("integer", "percent", "money", "points")
            },
            **{
                name: format_of({**note, "num_format": self._add_arrows(codes[name])})
                for name in ("change", "change_points")
            },
        }

    def _add_arrows(self, code):
        """:return: a code of changes with arrows in place of signs"""
        more, less, same = (part.lstrip("+-") for part in code.split(";"))
        return f"▲ {more};▼ {less};{same}"

    def _color_change(self, job, cover, row, column):
        """More is good, less is not: in words of colour beside the arrows."""
        add = job.book.workbook.add_format
        for criteria, color in ((">", GOOD), ("<", BAD)):
            cover.sheet.conditional_format(
                *(row, column, row, column),
                {
                    "type": "cell",
                    "criteria": criteria,
                    "value": 0,
                    "format": add({"font_color": color}),
                },
            )

    # === CHARTS === #

    def _get_charts(self, tables):
        """:return: up to four charts of the figures in the summary.
        :rtype: list
        """
        page, charts, now = tables.page, [], tables.periods[0]
        if tables.months:
            first, last, columns = tables.months
            # There is no half of a request.
            unit = 1 if now["asks"] + now["introductions"] <= FEW else None
            for kind, (title, codes), step in zip(
                ("column", "line"),
                self.env["crm.referral.summary"]._get_charts(),
                (unit, None),
                strict=True,
            ):
                area = (first, last, [columns[code] for code in codes])
                charts.append(page.make_chart(kind, title, area, unit=step))
        unit = 1 if now["candidates"] <= FEW else None
        for title, first, last in tables.candidates:
            charts.append(page.make_chart("bar", title, (first, last, (1,)), unit=unit))
        return charts
