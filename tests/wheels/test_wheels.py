"""Wheels of our addons in somebody's environment: Odoo finds them by itself."""

import email
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from devkit import base

PRODUCT = "crm_referral"
LACKING = """
import importlib.metadata
found = importlib.metadata.version
def version(name):
    if name == "phonenumbers":
        raise importlib.metadata.PackageNotFoundError(name)
    return found(name)
importlib.metadata.version = version
import sys
sys.modules["phonenumbers"] = None
"""


def pip(python: Path | str, *arguments: str) -> None:
    """Run pip, which asks no registry."""
    command = [python, "-m", "pip", *arguments, "--no-index", "--quiet"]
    base.run(command, what=f"pip {arguments[0]}")


@pytest.fixture(scope="session")
def wheels(tmp_path_factory) -> dict[str, Path]:
    """The wheel of each addon, built by what pyproject.toml names."""
    folder = tmp_path_factory.mktemp("wheels")
    for addon in base.shipped():
        pip(
            sys.executable,
            *("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)),
            str(base.ROOT / addon),
        )
    return {
        re.match(r"odoo_addon_(\w+)-19\.0\.", path.name)[1]: path
        for path in folder.glob("*.whl")
    }


def test_wheel_holds_the_whole_addon(wheels):
    """What is in git is in the wheel, at the place where Odoo looks."""
    assert sorted(wheels) == base.shipped()
    for addon, wheel in wheels.items():
        tracked = base.run(
            ["git", "ls-files", addon], what="list the files", cwd=base.ROOT
        )
        inside = {
            name.removeprefix("odoo/addons/")
            for name in zipfile.ZipFile(wheel).namelist()
            if ".dist-info/" not in name
        }
        assert inside == set(tracked.split()) - {f"{addon}/pyproject.toml"}


def test_wheel_names_what_it_needs(wheels):
    for addon, wheel in wheels.items():
        with zipfile.ZipFile(wheel) as archive:
            name = next(n for n in archive.namelist() if n.endswith("/METADATA"))
            metadata = email.message_from_bytes(archive.read(name))
        needs = {
            re.match(r"[\w.-]+", need)[0].lower().replace("_", "-")
            for need in metadata.get_all("Requires-Dist")
        }
        manifest = base.manifest(addon)
        libraries = manifest.get("external_dependencies", {}).get("python", [])
        expected = {"odoo", *libraries}
        ours = set(manifest["depends"]) & set(base.shipped())
        expected |= {f"odoo-addon-{each}".replace("_", "-") for each in ours}
        assert needs == expected


@pytest.fixture(scope="session")
def environment(lab, wheels, tmp_path_factory) -> Path:
    """The Python of an environment with what Odoo needs, and our wheels."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (site / "needs_of_odoo.pth").write_text(sysconfig.get_path("purelib"))
    python = folder / "bin/python"
    pip(python, "install", "--no-deps", *map(str, wheels.values()))
    return python


def odoo(lab, python: Path, name: str, *arguments: str, path: str = ""):
    """Run that environment's Odoo, with no addons_path.

    :return: its exit status, and what it printed
    """
    result = subprocess.run(
        [str(python), str(lab.source.script), "-d", name, f"--data-dir={lab.data}"]
        + ["--db_maxconn=8", "--stop-after-init", "--no-http", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**lab.env, "PYTHONPATH": f"{path}:{lab.source.path}"},
        cwd="/",
        check=False,
    )
    return result.returncode, result.stdout


def test_installed_wheel_is_found_and_works(lab, environment, clean):
    """All that the product brings comes with it, and nothing from this repository."""
    with lab.database(lab.template_base()) as name:
        status, log = odoo(lab, environment, name, f"--init={PRODUCT}")
        assert not status, log[-3000:]
        clean(log)
        assert str(base.ROOT) not in log
        installed = lab.server.query(
            "SELECT name FROM ir_module_module WHERE state = 'installed'", name
        )
        ours = {addon for (addon,) in installed} & set(base.shipped())
        assert ours == reach(PRODUCT)
        steps = lab.server.query("SELECT count(*) FROM crm_referral_step", name)
        assert steps == [["6"]]


def reach(addon: str) -> set[str]:
    """An addon, and those of ours that it brings along."""
    near = set(base.manifest(addon)["depends"]) & set(base.shipped())
    return {addon}.union(*map(reach, near))


def test_refuses_to_install_without_a_library(lab, environment, tmp_path):
    """In a sentence that says what is missing, and how to get it."""
    (tmp_path / "sitecustomize.py").write_text(LACKING)
    with lab.database(lab.template_base()) as name:
        status, log = odoo(
            lab, environment, name, f"--init={PRODUCT}", path=str(tmp_path)
        )
    assert status
    assert 'Unable to install module "crm_referral"' in log, log[-3000:]
    assert "an external dependency is not met: phonenumbers" in log
    assert "apt install python3-phonenumbers" in log
