from . import ir_attachment, xlsx_export_job, xlsx_export_mixin
