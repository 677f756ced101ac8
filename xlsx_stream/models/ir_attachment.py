import hashlib
import os
import shutil
import time
from contextlib import suppress

from odoo import api, models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model
    def _create_from_path(self, path, values):
        """Make an attachment of a file without reading it into memory.

        :param str path: of a file in the filestore's file system; is moved
        :param dict values: of the attachment, with its ``mimetype``
        :return: the attachment
        """
        if self._storage() != "file":
            with open(path, "rb") as file:
                return self.create({**values, "raw": file.read()})
        with open(path, "rb") as file:
            checksum = hashlib.file_digest(file, "sha1").hexdigest()
        size = os.path.getsize(path)
        fname = f"{checksum[:2]}/{checksum}"
        full_path = self._full_path(fname)
        os.makedirs(os.path.dirname(full_path), exist_ok=True)
        # The garbage collector takes the file if this transaction fails.
        self._mark_for_gc(fname)
        os.replace(path, full_path)
        attachment = self.create({**values, "raw": b""})
        attachment.flush_recordset()
        # The ORM only takes content as bytes in memory.
        self.env.cr.execute(
            """UPDATE ir_attachment
            SET store_fname = %s, checksum = %s, file_size = %s, db_datas = NULL,
                mimetype = %s
            WHERE id = %s""",
            [fname, checksum, size, values["mimetype"], attachment.id],
        )
        attachment.invalidate_recordset()
        return attachment

    @api.model
    def _delete_unfinished(self, name, days):
        """Delete what a stopped server left half done in the filestore.

        :param str name: a part of the names of such files and folders
        :param int days: for how long nobody may have written to them
        """
        latest = time.time() - days * 86400
        with suppress(FileNotFoundError), os.scandir(self._filestore()) as entries:
            for entry in entries:
                if name in entry.name and entry.stat().st_mtime <= latest:
                    if entry.is_dir():
                        shutil.rmtree(entry.path)
                    else:
                        os.unlink(entry.path)
