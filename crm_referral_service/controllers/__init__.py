from . import complaint_page, portal
