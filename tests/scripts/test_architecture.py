"""The picture and the tables of the addons are what their manifests say."""

import re
from xml.etree import ElementTree

import pytest
from devkit import base, database, documents

MANIFESTS = {
    "below": {"name": "Below", "summary": "Under <all>", "depends": ["base"]},
    "middle": {"name": "Middle", "summary": "Between", "depends": ["below"]},
    "top": {"name": "Top", "summary": "Over", "depends": ["below", "middle", "mail"]},
}


def arrows(svg: str) -> set[tuple[str, str]]:
    """Who needs whom, as a picture shows it."""
    return {
        (line.get("data-addon"), line.get("data-needs"))
        for line in ElementTree.fromstring(svg).iter()
        if line.get("class") == "needs"
    }


def boxes(svg: str) -> set[str]:
    """The addons that a picture shows."""
    return {
        text.text
        for text in ElementTree.fromstring(svg).iter()
        if text.get("class") == "addon"
    }


def follow(needs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The same with what follows: who needs a needs what a needs."""
    more = {(a, d) for a, b in needs for c, d in needs if b == c}
    return needs if more <= needs else follow(needs | more)


def test_the_picture_is_the_code():
    manifests = documents.manifests()
    svg = documents.PICTURE.read_text()
    assert boxes(svg) == set(manifests)
    assert follow(arrows(svg)) == follow(
        {
            (addon, needed)
            for addon, values in manifests.items()
            for needed in values["depends"]
            if needed in manifests
        }
    )


def test_a_picture_has_every_addon_and_no_arrow_twice():
    svg = documents.draw(MANIFESTS)
    assert boxes(svg) == {"below", "middle", "top"}
    assert arrows(svg) == {("top", "middle"), ("middle", "below")}
    assert "Under &lt;all&gt;" in svg
    assert "Odoo: mail" in svg


@pytest.mark.parametrize("page", ["README.md", "docs/architecture.md"])
def test_a_table_has_every_addon(page):
    rows = re.findall(r"^\| \*{0,2}`(\w+)`", (base.ROOT / page).read_text(), re.M)
    assert sorted(rows) == base.addons()


def test_what_a_bridge_leads_to_comes_with_the_bridge_only():
    """Who has no orders gets none of Odoo's addons for them, nor do other tests."""
    names = {
        f"crm_referral_service_{other}"
        for other in ("account", "livechat", "sale", "stock")
    }
    assert set(base.bridges()) == names
    assert not names.intersection(base.core() + base.guests() + base.chosen())
    assert names < set(base.shipped())
    others = {"account", "im_livechat", "sale", "stock"}
    assert not others.intersection(database.dependencies())


def test_what_is_made_of_others_is_fresh():
    assert not documents.stale()


def test_a_readme_is_made_of_its_fragments(tmp_path):
    (tmp_path / "USAGE.md").write_text("Press `this`, or read [that](https://x.y).\n")
    (tmp_path / "DESCRIPTION.md").write_text("What it *is*.\n")
    assert documents.readme("An Addon", tmp_path) == (
        "========\nAn Addon\n========\n\nWhat it *is*.\n\n"
        "Usage\n=====\n\nPress ``this``, or read `that <https://x.y>`__.\n"
    )


def test_the_pictures_of_an_app_page_are_beside_it(tmp_path, monkeypatch):
    page = tmp_path / "an_addon/static/description/index.html"
    page.parent.mkdir(parents=True)
    page.write_text('<img src="shot.png"> <img src="https://x.y/z.png">')
    (tmp_path / "shot.png").write_bytes(b"picture")
    monkeypatch.setattr(base, "ROOT", tmp_path)
    monkeypatch.setattr(documents, "PICTURES", tmp_path)
    made = dict(documents.made_files({"an_addon": {"name": "An Addon"}}))
    assert made[page.with_name("shot.png")] == b"picture"
    assert len(made) == 2  # and the picture of the addons
