import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from devkit import base, odoo, testing
from devkit.database import LOAD_LANGUAGES, Lab
from devkit.postgres import Server


@pytest.fixture(scope="session")
def lab() -> Lab:
    """The laboratory that scripts/test has prepared."""
    logs = Path(os.environ["CRM_REFERRAL_LAB"], "operations")
    python = Path(sys.executable)  # not one more virtual environment, made of this one
    return Lab(odoo.find(), python, Server(), base.cache_dir() / "test-data", logs)


@pytest.fixture(scope="session")
def installed(lab: Lab) -> str:
    """The template database with our addons."""
    return lab.template_addon()


@pytest.fixture(scope="module")
def with_demo(lab: Lab) -> Iterator[tuple[str, str]]:
    """A new database with our addons and all demo data, and its log."""
    with lab.database() as name:
        install = (f"-i{','.join(base.addons())}", LOAD_LANGUAGES, "--with-demo")
        yield name, lab.install(name, *install, log="demo")


@pytest.fixture
def clean():
    """Fail on a warning in a log."""

    def check(log: str) -> None:
        assert "\n".join(testing.install_warnings(log)) == ""

    return check
