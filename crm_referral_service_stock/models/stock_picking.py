from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # Counted by the days on which they were done.
    _service_done_idx = models.Index("(date_done) WHERE state = 'done'")
