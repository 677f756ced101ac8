from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date, format_datetime, formatLang, get_lang

from .crm_referral_workbook import Rate

# There is no letterhead for which to leave room.
MARGINS = {"data-report-margin-top": 15, "data-report-header-spacing": 0}


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
        return self.env["ir.actions.report"]._run_wkhtmltopdf(
            [html], specific_paperformat_args=MARGINS
        )

    def _prepare_pdf(self, options):
        """:return: what the template shows, all in words of the user's language.
        :rtype: dict
        """
        lang = get_lang(self.env)
        current = self._read_key_figures(options)
        periods = [current]
        headers = [self.env._("Key figures"), self.env._("Period")]
        if previous_period := self._get_previous_period(options):
            periods.append(self._read_key_figures(options, previous_period))
            headers += [self.env._("Period Before"), self.env._("Change")]
        tables = []
        for heading, (figures, lines) in (
            (self.env._("Month"), self._read_months(options)),
            (self.env._("Salesperson"), self._read_salespeople(options)),
        ):
            tables.append(
                {
                    "headers": [heading, *(figure.name for figure in figures)],
                    "rows": [
                        [
                            label
                            if isinstance(label, str)
                            else format_date(self.env, label, date_format="yyyy-MM"),
                            *(
                                self._format_figure(figure.format, value)
                                for figure, value in zip(figures, values, strict=True)
                            ),
                        ]
                        for label, values in lines
                    ],
                }
            )
        return {
            "title": options["name"],
            "filters": self._describe_filters(options),
            "made": self.env._(
                "Made for %(user)s on %(time)s: only what they may see in Odoo.",
                user=self.env.user.name,
                time=format_datetime(self.env, self.env.cr.now(), dt_format="short"),
            ),
            "lang_code": lang.code.replace("_", "-"),
            "direction": lang.direction,
            "headers": headers,
            "figures": [
                {
                    "name": figure.name,
                    "help": figure.help,
                    "values": self._format_periods(figure, periods),
                }
                for figure in self._get_key_figures()
            ],
            "empty": ""
            if any(current.values())
            else self.env._("There is nothing in this period."),
            "tables": tables,
        }

    def _format_periods(self, figure, periods):
        """:return: a figure now, before, and the change, as far as there are.
        :rtype: list[str]
        """
        if isinstance(figure, Rate):
            values = [self._get_rate(figure, known) for known in periods]
        else:
            values = [known[figure.code] for known in periods]
        texts = [self._format_figure(figure.format, value) for value in values]
        if len(values) > 1:
            now, before = values
            changes = not isinstance(figure, Rate) and now is not None and before
            change = f"{now / before - 1:+.1%}" if changes else ""
            texts.append(change)
        return texts

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
        return formatLang(self.env, value, digits=0 if fmt == "integer" else 1)
