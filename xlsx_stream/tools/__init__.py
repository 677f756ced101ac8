from . import deflate, package, paper, rows, sheet, spool, workbook
