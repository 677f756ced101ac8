from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request


class ReferralExportController(http.Controller):
    def _is_readonly(self, _rule, args):
        """Whether a replica can answer, which may lag behind: what was made just now is
        only on the primary.
        """
        # sudo: nobody is logged in yet; the answer tells nothing
        export = request.env["crm.referral.export"].sudo().browse(args["export_id"])
        return bool(export.exists() and export.attachment_id)

    @http.route(
        "/crm_referral/export/<int:export_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=_is_readonly,
    )
    def download(self, export_id):
        """Send the file of an export; that of a small one is made on the way.

        Then it is made as by the button: the record says for good who got what.
        """
        export = request.env["crm.referral.export"].search([("id", "=", export_id)])
        if export.state == "draft" and export.user_id == request.env.user:
            row_count = export._get_workbook()._count_rows(export._prepare_options())
            if row_count <= export._get_direct_rows():
                export.action_export()
        if not export.attachment_id:
            raise NotFound()
        stream = request.env["ir.binary"]._get_stream_from(export.attachment_id)
        return stream.get_response(as_attachment=True)
