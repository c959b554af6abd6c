"""On the page of a video or a gallery its own words stay, however few, and others' go, however many."""

from __future__ import annotations

import pytest

from articles.article import Article
from extract.page import extract
from tests.extract.making import html, page

OWN = "In Rukla sind die ersten Panzer der Brigade eingetroffen. Unser Reporter hat den Zug begleitet."
NAMES = ["Velmeden", "Ostrowski", "Tarkanyi", "Brüggentin", "Dunmorrow", "Zephyron"]
VIDEO = (
    "<meta property='og:type' content='video.other'><script type='application/ld+json'>"
    '{"@type": "VideoObject", "name": "Panzer in Litauen angekommen", "uploadDate": "2025-05-22T19:30:00+02:00"}</script>'
)
GALLERY = (
    VIDEO.replace("video.other", "article").replace("VideoObject", "ImageGallery").replace("uploadDate", "datePublished")
)
TILES = {
    "the whole tile is a link": "<a class='k' href='/film/{n}'><img src='{n}.jpg'><span>2:1{n}</span>"
    "<h3>Der Weg des Herrn {name}</h3>"
    "<p>Mehr als dreißig Jahre stand er im Dienst, nun geht Herr {name} und sagt, was ihn bewegt hat.</p></a>",
    "only the headline is one": "<div class='k'><img src='{n}.jpg'>"
    "<h3><a href='/film/{n}'>Der Weg des Herrn {name}</a></h3>"
    "<p>Mehr als dreißig Jahre stand er im Dienst, nun geht Herr {name} und sagt, was ihn bewegt hat.</p></div>",
    "a list": "<li><a href='/film/{n}'>Der Weg des Herrn {name}</a> "
    "<em>Mehr als dreißig Jahre stand er im Dienst.</em></li>",
    "image and headline are linked apart": "<div><a href='/film/{n}'><img src='{n}.jpg'></a><div><a href='/film/{n}'>"
    "<strong>Der Weg des Herrn {name}</strong></a><div>Herr {name} sagt, was ihn bewegt hat.</div></div></div>",
}
BOXES = {
    "under a telling head": "<div class='unten'><h2>Weitere Videos</h2>{}</div>",
    "under any head": "<div class='unten'><h2>Aus dem Archiv des Senders</h2>{}</div>",
    "without head": "<div class='unten'>{}</div>",
    "beside the video": "{}",
}


def text_of(body: str, head: str) -> str:
    result = extract(
        page(html(body, f"<title>Panzer in Litauen angekommen</title>{head}"), "https://s.example/v/panzer-1"), None
    )
    assert isinstance(result, Article)
    return "\n".join(result.part(part) for part in ("title", "kicker", "lead", "text"))


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("tile", TILES)
def test_other_videos_are_left_out_and_the_description_stays(tile: str, box: str) -> None:
    tiles = "".join(TILES[tile].format(n=n, name=name) for n, name in enumerate(NAMES))
    own = f"<div><video></video><h1>Panzer in Litauen angekommen</h1><p>{OWN}</p></div>"
    body = f"<main>{own}{BOXES[box].format(tiles)}</main>"
    read = text_of(body, VIDEO)
    assert OWN in read
    assert [name for name in NAMES if name in read] == []


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("tile", TILES)
def test_captions_of_the_gallery_stay_and_other_galleries_go(tile: str, box: str) -> None:
    captions = [f"Bild {n} vom Bahnhof in Rukla: {words}" for n, words in enumerate(
        ("Der Zug rollt am Morgen ein.", "Helsing zeigt eine Drohne.", "Am Abend spielt eine Kapelle aus Kaunas.")
    )]  # fmt: skip
    slides = "".join(
        f"<figure><img src='{n}.jpg'><figcaption>{line}</figcaption></figure>" for n, line in enumerate(captions)
    )
    tiles = "".join(TILES[tile].format(n=n, name=name) for n, name in enumerate(NAMES))
    body = f"<main><h1>Panzer in Litauen angekommen</h1><div class='g'>{slides}</div>{BOXES[box].format(tiles)}</main>"
    read = text_of(body, GALLERY)
    assert [line for line in captions if line not in read] == []
    assert [name for name in NAMES if name in read] == []


def test_the_gallery_s_own_pictures_may_be_linked() -> None:
    slides = "".join(
        f"<a class='s' href='/v/panzer-1/{n}'><img src='{n}.jpg'><p>Der Zug mit den Panzern rollt über Brücke {n}.</p></a>"
        for n in range(5)
    )
    read = text_of(f"<main><h1>Panzer in Litauen angekommen</h1><div>{slides}</div></main>", GALLERY)
    assert all(f"Brücke {n}" in read for n in range(5))


def test_a_description_may_link_to_what_it_speaks_of() -> None:
    first = f"<p>{OWN} Mehr dazu <a href='/dossier'>im großen Dossier über Litauen</a>.</p>"
    second = "<p>Auch <a href='/helsing'>die Drohnen von Helsing</a> kamen mit dem Zug, sagt ein Sprecher der Brigade.</p>"
    read = text_of(f"<main><h1>Panzer in Litauen angekommen</h1><div>{first}{second}</div></main>", VIDEO)
    assert "im großen Dossier über Litauen" in read
    assert "die Drohnen von Helsing" in read
