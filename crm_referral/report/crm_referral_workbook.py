from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import get_lang

from odoo.addons.crm_foundation.tools.local_time import sql_timezone
from odoo.addons.xlsx_stream.tools.paper import A4, LETTER
from odoo.addons.xlsx_stream.tools.workbook import StreamWorkbook

from ..tools.workbook_look import Look, make_formats
from ..tools.workbook_page import Page


class Job:
    """A workbook in the making: what its sheets need to know.

    :param StreamWorkbook book: which is written
    :param dict options: what ``crm.referral.export._prepare_options`` returns
    :param Look look: how it looks in the reader's language
    """

    def __init__(self, book, options, look):
        self.book = book
        self.options = options
        self.look = look
        self.formats = make_formats(book.workbook, look)
        #: the big sheets that there are so far, by name
        self.sheets = {}

    def add_page(self, name, **setup):
        """:return: a small sheet
        :rtype: Page
        """
        name = self.book.free_name(name)
        return Page(self.book.workbook, name, self.look, self.formats, **setup)


class CrmReferralWorkbook(models.AbstractModel):
    """Makes the workbook of an export of the sheets that were chosen.

    A sheet is a record of ``crm.referral.export.sheet``, and a model that inherits
    ``crm.referral.sheet`` and is called ``crm.referral.sheet.<code>``. Whatever is read
    is read with the rights, the companies, the language and the time zone of the
    environment: the record rules decide.
    """

    _name = "crm.referral.workbook"
    _description = "Referral Workbook"

    @api.model
    def _build(self, options, target, progress=None, spool=None):
        """Write the workbook.

        :param dict options: what ``crm.referral.export._prepare_options`` returns
        :param target: a path, or a binary file that can seek
        :param progress: is called with the rows written and the rows there are; what it
            raises cancels, and leaves no file
        :param spool: takes the rows first, slice by slice; see ``xlsx_stream``
        :return: what became of it: rows, cut texts, size
        """
        self.env.flush_all()
        sheets = [self._get_sheet(code) for code in options["sheets"]]
        if spool:
            # All slices before the sheets that are made anew in each run.
            job = self._prepare_job(options, None, spool=spool)
            for sheet in sheets:
                if sheet._get_query(options) is not None:
                    sheet._add(job)
            job.book.discard()
        job = self._prepare_job(options, target, progress=progress, spool=spool)
        with job.book as book:
            for sheet in sheets:
                sheet._add(job)
            book.workbook.worksheets()[0].activate()
        return book.report

    @api.model
    def _get_sheet(self, code):
        """:return: the model that makes a sheet"""
        return self.env[f"crm.referral.sheet.{code}"]

    @api.model
    def _count_rows(self, options):
        """:return: the rows that the big sheets will have.
        :rtype: int
        """
        counts = 0
        for code in options["sheets"]:
            query = self._get_sheet(code)._get_query(options)
            if query is not None:
                # ORM's own count would stop at what it may cache.
                [(count,)] = self.env.execute_query(query.select(SQL("COUNT(*)")))
                counts += count
        return counts

    def _prepare_job(self, options, target, **stream):
        """:return: the workbook, and what the sheets need to know of it.
        :rtype: Job
        """
        look = self._get_look()
        book = StreamWorkbook(
            self.env.cr,
            target,
            timezone=sql_timezone(self.env.cr, self.env.tz.zone),
            options=look.book_options,
            **stream,
        )
        now = fields.Datetime.context_timestamp(self, self.env.cr.now())
        book.workbook.set_properties(
            {
                "title": options["name"],
                "author": self.env.user.name,
                "company": self.env.company.name,
                "created": now.replace(tzinfo=None),
            }
        )
        return Job(book, options, look)

    def _get_look(self):
        """:return: how a workbook looks in the reader's language, on the paper of the
        company as far as printers have it.
        :rtype: Look
        """
        lang, currency = get_lang(self.env), self.env.company.currency_id
        is_letter = self.env.company.paperformat_id.format == "Letter"
        return Look(
            lang=lang.code,
            date_format=lang.date_format,
            time_format=lang.time_format,
            right_to_left=lang.direction == "rtl",
            paper=LETTER if is_letter else A4,
            symbol=currency.symbol,
            symbol_after=currency.position == "after",
            decimals=currency.decimal_places,
            # Rows of several companies have several currencies: no symbol there.
            one_currency=len(self.env.companies.currency_id) == 1,
            total=self.env._("Total"),
            points=self.env._("points"),
        )
