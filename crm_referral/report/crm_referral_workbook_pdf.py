import base64
import io

from reportlab.lib.units import mm
from reportlab.pdfgen import canvas

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date, format_datetime, formatLang, get_lang
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from ..tools.svg_chart import column_chart, line_chart
from .crm_referral_workbook_layout import SERIES

# In millimetres; the number of the page has its room in the lower one.
MARGINS = {
    "data-report-margin-top": 15,
    "data-report-margin-bottom": 18,
    "data-report-header-spacing": 0,
}
ENOUGH_FOR_A_LINE = 2


class CrmReferralWorkbookPdf(models.AbstractModel):
    """The figures of the summary as PDF, for those who only read them."""

    _inherit = "crm.referral.workbook"

    def _get_pdf_problem(self):
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

    def _render_pdf(self, options):
        """:param dict options: what ``crm.referral.export._prepare_options`` returns
        :return: the summary as PDF
        :rtype: bytes
        :raise UserError: when this server makes no PDF files
        """
        if problem := self._get_pdf_problem():
            raise UserError(problem)
        html = self.env["ir.qweb"]._render(
            "crm_referral.report_summary", self._prepare_pdf(options)
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

    def _prepare_pdf(self, options):
        """:return: what the template shows, all in words of the user's language.
        :rtype: dict
        """
        lang = get_lang(self.env)
        periods = [self._read_key_figures(options)]
        headers = [self.env._("Key figures"), self.env._("Period")]
        if previous_period := self._get_previous_period(options):
            periods.append(self._read_key_figures(options, previous_period))
            headers += [self.env._("Period Before"), self.env._("Change")]
        months = self._read_months(options)
        tables = [months]
        for heading, fname in self._get_groupings(options):
            tables.append((heading, *self._read_groups(options, fname)))
        made_on = format_datetime(self.env, self.env.cr.now(), dt_format="short")
        return {
            "title": options["title"],
            "company": self._get_company_names(options),
            "logo": self._prepare_pdf_logo(),
            "period": self._describe_period(options),
            "filters": " · ".join(self._describe_narrowing(options)),
            "comparison": self._describe_comparison(options),
            "made": self.env._(
                "Made for %(user)s on %(time)s: only what they may see in Odoo.",
                user=self.env.user.name,
                time=made_on,
            ),
            "lang_code": lang.code.replace("_", "-"),
            "direction": lang.direction,
            "headers": [*headers, "n"],
            "figures": [
                {
                    "name": figure.name,
                    "help": figure.help,
                    "values": self._format_periods(figure, periods),
                }
                for figure in self._get_key_figures()
            ],
            "empty": ""
            if any(periods[0].values())
            else self.env._("There is nothing in this period."),
            "charts": self._prepare_charts(*months),
            "tables": [self._prepare_table(*table) for table in tables],
        }

    def _prepare_pdf_logo(self):
        """:return: the company's logo as an address that holds it, or nothing."""
        if not (logo := self._get_logo()):
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
            for chart, title, codes in (
                (
                    column_chart,
                    self.env._("From asking to winning"),
                    ["asks", "introductions", "won"],
                ),
                (line_chart, self.env._("Won revenue"), ["revenue", "all_revenue"]),
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
                    *(
                        self._format_figure(
                            figure.format, self._get_value(figure, values)
                        )
                        for figure in figures
                    ),
                ]
                for label, values in lines
            ],
        }

    def _format_label(self, label):
        if isinstance(label, str | int):
            return str(label)
        return format_date(self.env, label, date_format="yyyy-MM")

    def _format_periods(self, figure, periods):
        """:return: a figure now, before, and the change, as far as there are; its n.
        :rtype: list[str]
        """
        values = [self._get_value(figure, known) for known in periods]
        texts = [self._format_figure(figure.format, value) for value in values]
        if len(values) > 1:
            texts.append(self._format_change(figure, *values))
        base = self._get_base(figure, periods[0])
        texts.append("" if base is None else self._format_figure("integer", base))
        return texts

    def _format_change(self, figure, now, before):
        change = self._get_change(figure, now, before)
        if change is None:
            return ""
        sign = "+" if change > 0 else ""
        if figure.in_points:
            points = formatLang(self.env, change, digits=1)
            return self.env._("%(number)s points", number=f"{sign}{points}")
        return f"{sign}{self._format_figure('percent', change)}"

    def _format_figure(self, fmt, value):
        """:return: a value in the user's language.
        :rtype: str
        """
        if value is None:
            return "–"
        if fmt == "money":
            currency = self.env.company.currency_id
            return formatLang(self.env, value, currency_obj=currency)
        if fmt == "percent":
            return f"{formatLang(self.env, 100 * value, digits=1)} %"
        return formatLang(self.env, value, digits=1 if fmt == "decimal" else 0)
