import base64
import io

from reportlab.lib.units import mm
from reportlab.pdfgen import canvas

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date, format_datetime, formatLang, get_lang
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from ..tools.svg_chart import column_chart, line_chart
from ..tools.workbook_look import SERIES

# In millimetres; the number of the page has its room in the lower one.
MARGINS = {
    "data-report-margin-top": 15,
    "data-report-margin-bottom": 18,
    "data-report-header-spacing": 0,
}
ENOUGH_FOR_A_LINE = 2


class CrmReferralSummaryPdf(models.AbstractModel):
    """The figures of the summary as PDF, for those who only read them."""

    _name = "crm.referral.summary.pdf"
    _inherit = "crm.referral.summary"
    _description = "Referral Workbook"

    @api.model
    def _get_problem(self):
        """:return: why this server makes no PDF files, or an empty text.
        :rtype: str
        """
        # Nothing is fetched over HTTP while one is made: a single worker will do.
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() in ("ok", "workers"):
            return ""
        return self.env._(
            "This server cannot make PDF files: wkhtmltopdf is missing, too old or "
            "broken. Ask your administrator to install it, or choose a workbook."
        )

    @api.model
    def _render(self, options):
        """:param dict options: what ``crm.referral.export._prepare_options`` returns
        :return: the summary as PDF
        :rtype: bytes
        :raise UserError: when this server makes no PDF files
        """
        if problem := self._get_problem():
            raise UserError(problem)
        html = self.env["ir.qweb"]._render(
            "crm_referral.report_summary", self._prepare_values(options)
        )
        content = self.env["ir.actions.report"]._run_wkhtmltopdf(
            [html], specific_paperformat_args=MARGINS
        )
        return self._number_pages(content)

    def _number_pages(self, content):
        """Put the number of the page below each: not every wkhtmltopdf can do that.

        :param bytes content: of a PDF
        :rtype: bytes
        """
        reader, writer = PdfFileReader(io.BytesIO(content)), PdfFileWriter()
        total = len(reader.pages)
        for number, page in enumerate(reader.pages, 1):
            width, height = (float(side) for side in page.mediabox[2:])
            layer = io.BytesIO()
            drawing = canvas.Canvas(layer, pagesize=(width, height))
            drawing.setFont("Helvetica", 8)
            drawing.setFillGray(0.4)
            drawing.drawRightString(width - 15 * mm, 9 * mm, f"{number} / {total}")
            drawing.save()
            writer.add_page(page)
            writer.pages[-1].merge_page(PdfFileReader(layer).pages[0])
        numbered = io.BytesIO()
        writer.write(numbered)
        return numbered.getvalue()

    def _prepare_values(self, options):
        """:return: what the template shows, all in words of the user's language.
        :rtype: dict
        """
        periods, months = self._read_periods(options), self._read_months(options)
        groups = [
            (heading, *self._read_groups(options, fname))
            for heading, fname in self._get_groupings(options)
        ]
        nothing = self.env._("There is nothing in this period.")
        return {
            **self._prepare_heading(options),
            "headers": self._get_headers(periods),
            "figures": [
                {
                    "name": figure.name,
                    "help": figure.help,
                    "values": self._format_periods(figure, periods),
                }
                for figure in self.env["crm.referral.figures"]._get_key_figures()
            ],
            "empty": "" if any(periods[0].values()) else nothing,
            "charts": self._prepare_charts(*months),
            "tables": [self._prepare_table(*table) for table in (months, *groups)],
        }

    def _prepare_heading(self, options):
        """:return: whose report this is, of when, and who made it.
        :rtype: dict
        """
        lang, scope = get_lang(self.env), self.env["crm.referral.scope"]
        return {
            "title": options["title"],
            "company": scope._describe_companies(options),
            "logo": self._prepare_logo(),
            "period": scope._describe_period(options),
            "filters": " · ".join(scope._describe_narrowing(options)),
            "comparison": scope._describe_comparison(options),
            "made": self.env._(
                "Made for %(user)s on %(time)s: only what they may see in Odoo.",
                user=self.env.user.name,
                time=format_datetime(self.env, self.env.cr.now(), dt_format="short"),
            ),
            "lang_code": lang.code.replace("_", "-"),
            "direction": lang.direction,
        }

    def _prepare_logo(self):
        """:return: the company's logo as an address that holds it, or nothing."""
        if not (logo := self.env["crm.referral.sheet.cover"]._get_logo()):
            return ""
        return f"data:image/png;base64,{base64.b64encode(logo[0]).decode()}"

    def _prepare_charts(self, _heading, figures, lines):
        """:return: pictures of what the table of months shows, if it is enough.
        :rtype: list
        """
        if len(lines) < ENOUGH_FOR_A_LINE:
            return []
        names = {figure.code: figure.name for figure in figures}
        labels = [self._format_label(label) for label, _values in lines]
        return [
            chart(
                title,
                labels,
                [
                    (names[code], [values[code] for _l, values in lines])
                    for code in codes
                ],
                colors=SERIES,
                write=lambda value: formatLang(self.env, value, digits=0),
            )
            for chart, (title, codes) in zip(
                (column_chart, line_chart), self._get_charts(), strict=True
            )
        ]

    def _prepare_table(self, heading, figures, lines):
        """:return: the heading and the rows of a table, in words.
        :rtype: dict
        """
        return {
            "headers": [heading, *(figure.name for figure in figures)],
            "rows": [
                [
                    self._format_label(label),
                    *(self._format(each, each.get_value(values)) for each in figures),
                ]
                for label, values in lines
            ],
        }

    def _format_label(self, label):
        if isinstance(label, str | int):
            return str(label)
        return format_date(self.env, label, date_format="yyyy-MM")

    def _format(self, figure, value):
        return self.env["crm.referral.figures"]._format(figure.format, value)

    def _format_periods(self, figure, periods):
        """:return: a figure now, before, and the change, as far as there are; its n.
        :rtype: list[str]
        """
        Figures = self.env["crm.referral.figures"]
        values = [figure.get_value(known) for known in periods]
        texts = [self._format(figure, value) for value in values]
        if len(values) > 1:
            texts.append(Figures._format_change(figure, *values))
        base = Figures._get_count(figure, periods[0])
        texts.append("" if base is None else Figures._format("integer", base))
        return texts
