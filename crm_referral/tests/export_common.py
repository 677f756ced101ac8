import io
from contextlib import nullcontext
from unittest.mock import patch

from openpyxl import load_workbook

from .summary_queries import get_summary_queries
from .test_report import ReportCommon

JOB_LOGGER = "odoo.addons.xlsx_stream.models.xlsx_export_job"


class WorkbookMixin:
    """Makes workbooks, and reads them back."""

    def _create_export(self, user=None, **vals):
        return (
            self.env["crm.referral.export"]
            .with_user(user or self.manager)
            .create({"period": "all", **vals})
        )

    def _open(self, export, data_only=True):
        """:return: the finished workbook, read back."""
        self.assertEqual(export.state, "done", export.error)
        content = export.attachment_id.sudo().raw
        return load_workbook(io.BytesIO(content), data_only=data_only)

    def _export(self, user=None, **vals):
        export = self._create_export(user, **vals)
        export.action_export()
        return self._open(export)

    def _get_rows(self, workbook, name):
        """:return: rows of a big sheet as dicts by heading."""
        rows = list(workbook[name].iter_rows(values_only=True))
        heading = 1 if rows[0][0] == "Total" else 0
        return [
            dict(zip(rows[heading], row, strict=True))
            for row in rows[heading + 1 :]
            if isinstance(row[0], int)
        ]

    def _get_summary(self, workbook):
        """:return: value in the column “Period” by the name of the figure."""
        figures = {}
        for row in workbook["Summary"].iter_rows(5, values_only=True):
            if row[0] is None:
                break
            figures[row[0]] = row[1]
        return figures

    def _run_exports(self):
        """Run the scheduler. Here reader and writer share one connection, of which the
        reader would make a read-only one; tests/operations has two.
        """

        def open_reader(export):
            return nullcontext(export.env)

        Export = type(self.env["crm.referral.export"])
        with patch.object(Export, "_open_reader", open_reader):
            self._run_cron("xlsx_stream.ir_cron_export")

    def _queue(self, user=None, **vals):
        """:return: an export that waits for the scheduler."""
        self._set_parameter("direct_rows", 1)
        export = self._create_export(user, **vals)
        action = export.action_export()
        self.assertEqual(action["res_model"], export._name)
        self.assertEqual(export.state, "queued")
        self.assertFalse(export.attachment_id)
        return export

    def _run_until_its_time_is_up(self, export):
        """Run the scheduler; its time is up as soon as it has read a slice."""
        before = export.slices

        def is_time_up(exports):
            return exports.slices != before

        with patch.object(type(export), "_is_time_up", is_time_up):
            self._run_exports()

    def _set_parameter(self, name, value):
        self.env["ir.config_parameter"].set_param(f"crm_referral.export_{name}", value)

    def _check_summary(self, workbook):
        """Count every figure of the summary a second time, in plain SQL."""
        summary = self._get_summary(workbook)
        queries = get_summary_queries(self.env, self.company)
        figures = self.env["crm.referral.figures"]._get_key_figures()
        self.assertEqual(queries.keys(), {figure.name for figure in figures})
        for name, query in queries.items():
            with self.subTest(name):
                self.env.cr.execute(query)
                [expected] = self.env.cr.fetchone()
                if expected is None:
                    self.assertFalse(summary[name])
                else:
                    self.assertAlmostEqual(summary[name], float(expected), places=6)

    def _give_export_right(self, user):
        user.group_ids += self.env.ref("base.group_allow_export")


class ExportCommon(WorkbookMixin, ReportCommon):
    pass
