from . import test_no_guest, test_placeholders, test_wizards
