"""What `scripts/run`, `scripts/test` and `scripts/lint` are made of.

Standard library only: it runs before anything is installed.

base          paths, the cache, locks, errors that are one clear sentence
system        programs and system packages, network, disk
odoo          the Odoo 19 source: Debian's package unpacked, or ODOO_SOURCE
venv          virtual environments with pinned requirements; node modules
postgres      a private cluster, or the server that PG* variables name
database      configuration, templates and their copies
serve         scripts/run
testing       scripts/test
parts         what scripts/test runs, one function each
session       what these parts share: databases, logs, counting
lint          scripts/lint: ruff, pylint, prettier, eslint, XML, traps
borders       what an engine must not know, which addon may know which
sizes         files and functions that nobody can take in at once
traps         what Odoo 19 swallows without an error
translations  is the .pot fresh, are the .po files complete
"""
