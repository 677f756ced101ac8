from . import package, paper, rows, spool, workbook
