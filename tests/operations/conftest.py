from collections.abc import Iterator

import pytest
from devkit import base
from devkit.database import LOAD_LANGUAGES, Lab


@pytest.fixture(scope="session")
def with_demo(lab: Lab) -> Iterator[tuple[str, str]]:
    """A new database with our addons and all demo data, and its log."""
    with lab.database() as name:
        install = (f"-i{','.join(base.chosen())}", LOAD_LANGUAGES, "--with-demo")
        yield name, lab.install(name, *install, log="demo")
