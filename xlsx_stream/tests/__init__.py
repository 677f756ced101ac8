from . import test_cells
from . import test_job
from . import test_package
from . import test_paper
from . import test_sheet
from . import test_spool
from . import test_workbook
