"""The commands about sources, given as people give them: golden pages kept and checked, OPML in and out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import yaml
from aiohttp import web

from tests.app.commanding import environment
from tests.app.desk import Desk
from tests.crawlers.sites import serve

PAGE = """<html lang="de"><head><title>Helsing liefert Drohnen | Zeitung</title><meta property="og:type" content="article">
<meta property="article:published_time" content="2026-03-02T08:55:00+01:00"></head><body><article>
<h1>Helsing liefert Drohnen</h1>
<p>Helsing liefert 600 Drohnen an die Ukraine, wie der Minister am Montag in Karlsmünde vor der Presse mitteilte.</p>
<p>Das Unternehmen will die Fertigung am neuen Standort bis zum Jahresende verdoppeln und sucht dafür Fachleute.</p>
</article></body></html>"""
CONSENT = """<html lang="de"><head><title>Zustimmung</title></head><body><h1>Mit Werbung weiterlesen</h1>
<p>Wir und unsere 214 Partner benötigen Ihre Zustimmung, um Cookies zu setzen und Inhalte auszuspielen. Sie können Ihre
Einwilligung jederzeit widerrufen.</p><button>Alle akzeptieren</button></body></html>"""


pytestmark = pytest.mark.usefixtures("loopback")


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with serve() as site:
        head = {"Content-Type": "text/html; charset=utf-8", "Set-Cookie": "secret=1"}
        site.pages = {"/a": web.Response(body=PAGE.encode(), headers=head), "/wall": CONSENT}
        folder = tmp_path / "desk"
        (folder / "config" / "sources").mkdir(parents=True)
        source = {"name": "Zeitung", "addresses": [{"kind": "feed", "url": f"{site.url}/feed"}], "languages": ["de"]}
        (folder / "config" / "sources" / "zeitung.yaml").write_text(yaml.safe_dump(source))
        yield Desk(folder, site)


async def test_a_captured_page_is_read_as_expected_until_the_config_breaks_it(desk: Desk) -> None:
    captured = await desk.command("sources", "capture", f"{desk.site.url}/a", "--json")
    assert captured.code == 0, captured.err
    folder = Path(captured.json["folder"])
    assert folder.parent == desk.folder / "golden" / "zeitung"
    assert (folder / "page.html").read_bytes() == PAGE.encode()
    case = json.loads((folder / "expected.json").read_text("utf-8"))
    assert case["expected"]["title"] == "Helsing liefert Drohnen"
    assert case["expected"]["published"] == "2026-03-02T08:55:00+01:00"
    assert len(case["expected"]["text"]) == 2
    assert "Set-Cookie" not in case["headers"]
    well = await desk.command("sources", "check")
    assert (well.code, "1 golden page read as expected" in well.out) == (0, True)
    file = desk.folder / "config" / "sources" / "zeitung.yaml"
    file.write_text(file.read_text() + "text_selector: h1\n")
    ill = await desk.command("sources", "check", "--json")
    assert ill.code == 1
    assert ill.json["misread"], "the selector of the desk counts, not the one of the day of the capture"
    assert "1 of 1 golden page read otherwise than expected" in ill.err


async def test_what_a_person_expected_otherwise_is_shown_word_by_word(desk: Desk) -> None:
    captured = await desk.command("sources", "capture", f"{desk.site.url}/a", "--json")
    file = Path(captured.json["folder"]) / "expected.json"
    file.write_text(file.read_text("utf-8").replace("600 Drohnen", "700 Drohnen"), encoding="utf-8")
    told = await desk.command("sources", "check")
    assert told.code == 1
    assert "text: expected '700', read '600'" in told.out


async def test_a_consent_wall_is_kept_as_one(desk: Desk) -> None:
    told = await desk.command("sources", "capture", f"{desk.site.url}/wall", "--json")
    assert told.json["outcome"] == "rejected(consent)"
    assert (await desk.command("sources", "check", "--json")).json["golden"] == 1


async def test_capture_is_polite_and_overwrites_nothing(desk: Desk) -> None:
    url = f"{desk.site.url}/a"
    assert (await desk.command("sources", "capture", url)).code == 0
    again = await desk.command("sources", "capture", url)
    assert (again.code, "is kept already" in again.err) == (2, True)
    desk.site.pages["/robots.txt"] = web.Response(text="User-agent: *\nDisallow: /a\n")
    forbidden = await desk.command("sources", "capture", url)
    assert (forbidden.code, "robots.txt forbids" in forbidden.err) == (1, True)
    assert desk.site.count("/a") == 2
    desk.site.pages["/robots.txt"] = web.Response(status=503)
    assert (await desk.command("sources", "capture", url)).code == 3
    unknown = await desk.command("sources", "capture", url, "--source", "zeitun")
    assert unknown.code == 2
    with environment(LAGEBILD_ALLOW_PRIVATE=""):
        refused = await desk.command("sources", "capture", url)
    assert refused.code != 0
    assert "Traceback" not in refused.err


async def test_a_golden_page_that_is_none_is_told_with_its_file(desk: Desk) -> None:
    folder = desk.folder / "golden" / "zeitung" / "0"
    folder.mkdir(parents=True)
    (folder / "expected.json").write_text("{}")
    told = await desk.command("sources", "check")
    assert told.code == 2
    assert "expected.json" in told.err


async def test_opml_goes_in_and_out(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text(
        '<opml version="2.0"><body><outline text="trade">'
        '<outline type="rss" text="Courier" xmlUrl="https://courier.example/feed" language="en"/>'
        f'<outline type="rss" text="Zeitung" xmlUrl="{desk.site.url}/feed"/></outline>'
        '<outline type="rss" text="Ohne" xmlUrl="ftp://ohne.example/feed"/></body></opml>'
    )
    told = await desk.command("sources", "import", file, "--json")
    assert told.code == 0, told.err
    (written,) = told.json["written"]
    assert _yaml(written["file"]) == {
        "name": "Courier",
        "languages": ["en"],
        "addresses": [{"kind": "feed", "url": "https://courier.example/feed"}],
        "tier": "trade",
    }
    assert ["ftp://ohne" in why or "'zeitung'" in why for why in told.json["skipped"]] == [True, True]
    assert (await desk.command("sources", "check")).code == 0
    again = await desk.command("sources", "import", file)
    assert (again.code, "0 sources written, 3 left out" in again.out) == (0, True)
    out = await desk.command("sources", "export")
    assert 'xmlUrl="https://courier.example/feed" language="en"' in out.out
    assert f'xmlUrl="{desk.site.url}/feed"' in out.out


@pytest.mark.parametrize(("content", "said"), [(None, "no such file"), (b"<html/>", "is no OPML file")])
async def test_a_file_that_is_no_opml_is_wrong_use(desk: Desk, tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "feeds.opml"
    if content is not None:
        file.write_bytes(content)
    told = await desk.command("sources", "import", file)
    assert (told.code, said in told.err) == (2, True)


def _yaml(file: str) -> object:
    return yaml.safe_load(Path(file).read_text("utf-8"))
