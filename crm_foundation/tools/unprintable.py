"""What comes from outside may hold what no field, XML or spreadsheet can."""

import re

# What PostgreSQL, XML or a spreadsheet cannot hold: control characters other than tab
# and new line, halves of surrogate pairs, non-characters.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
