import tempfile

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import content_disposition, request

from ..models.crm_referral_export import XLSX_MIMETYPE

# A small workbook is made in memory; a larger one goes to the disk.
SPOOL_BYTES = 4 << 20


class ReferralExportController(http.Controller):
    def _is_readonly(self, _rule, args):
        """Whether a replica can answer, which may lag behind: what was made just now is
        only on the primary.
        """
        # sudo: nobody is logged in yet; the answer tells nothing
        export = request.env["crm.referral.export"].sudo().browse(args["export_id"])
        return bool(
            export.exists() and (export.attachment_id or export.state == "draft")
        )

    @http.route(
        "/crm_referral/export/<int:export_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=_is_readonly,
    )
    def download(self, export_id):
        """Send the file of an export, or make that of a small one on the way.

        Nothing is written, so a replica may answer.
        """
        export = request.env["crm.referral.export"].search([("id", "=", export_id)])
        if export.attachment_id:
            stream = request.env["ir.binary"]._get_stream_from(export.attachment_id)
            return stream.get_response(as_attachment=True)
        if export.state != "draft" or export.user_id != request.env.user:
            raise NotFound()
        export._check_may_export()
        options = export._prepare_options()
        workbook = export._get_workbook()
        row_count = workbook._count_rows(options)
        if row_count > export._get_direct_rows():
            raise NotFound()
        export._log_export(row_count)
        with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as file:
            workbook._build(options, file)
            file.seek(0)
            content = file.read()
        return request.make_response(
            content,
            [
                ("Content-Type", XLSX_MIMETYPE),
                ("Content-Disposition", content_disposition(export._get_filename())),
            ],
        )
