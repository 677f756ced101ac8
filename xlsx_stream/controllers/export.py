from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request


class XlsxExportController(http.Controller):
    def _get_exports(self, model):
        """:return: the exports of a model; nothing if it makes none, whoever asks."""
        found = request.env["xlsx.export.mixin"]._get_export_models()
        return next((each for each in found if each._name == model), None)

    def _is_readonly(self, _rule, args):
        """Whether a replica can answer, which may lag behind: what was made just now is
        only on the primary.
        """
        Exports = self._get_exports(args["model"])
        if Exports is None:
            return True
        # sudo: nobody is logged in yet; the answer tells nothing
        export = Exports.sudo().browse(args["export_id"])
        return bool(export.exists() and export.attachment_id)

    @http.route(
        "/xlsx_stream/export/<string:model>/<int:export_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=_is_readonly,
    )
    def download(self, model, export_id):
        """Send the file of an export; that of a small one is made on the way.

        Then it is made as by the button: the record says for good who got what.

        :param str model: of the export; one that inherits ``xlsx.export.mixin``
        :param int export_id: an export that the user may read
        """
        Exports = self._get_exports(model)
        if Exports is None:
            raise NotFound()
        export = Exports.search([("id", "=", export_id)])
        if export.state == "draft" and export.user_id == request.env.user:
            if export._count_export_rows() <= export._get_direct_rows():
                export.action_export()
        if not export.attachment_id:
            raise NotFound()
        stream = request.env["ir.binary"]._get_stream_from(export.attachment_id)
        return stream.get_response(as_attachment=True)
