"""Realistic news pages by the number: about 400 words of article amid 60 to 120 KB of navigation, teasers and scripts."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
"""The first page's time; each later one was published seven minutes after."""

_SUBJECTS = (
    "Das Verteidigungsministerium", "Die Bundeswehr", "Der Hersteller Helsing", "Rheinmetall",
    "Ein Sprecher der NATO", "Die Regierung",
    "Der Haushaltsausschuss", "Das Beschaffungsamt", "Quantum Systems", "Die Industrie", "Der Generalinspekteur", "Anduril",
)  # fmt: skip
_VERBS = (
    "bestellt", "prüft", "verschiebt", "bestätigt", "kritisiert", "finanziert", "erprobt", "übernimmt", "verlängert",
    "beschreibt",
)  # fmt: skip
_OBJECTS = (
    "die Lieferung unbemannter Systeme", "den Vertrag über Abfangdrohnen", "ein Los von Panzerhaubitzen",
    "neue Radargeräte für die Luftverteidigung",
    "den Bau eines Werks in Niedersachsen", "die Ausbildung ukrainischer Besatzungen", "autonome Aufklärungsboote",
    "die Nachrüstung der Fregatten",
    "den Entwurf für das Vergabegesetz", "eine Studie zur Produktion von Munition",
)  # fmt: skip
_ENDS = (
    "wie aus einem Schreiben an das Parlament hervorgeht", "sagte die Staatssekretärin am Mittwoch",
    "obwohl die Mittel noch gesperrt sind",
    "nachdem Verbündete darauf gedrungen hatten", "was Fachleute als überfällig bezeichnen",
    "bis zum Ende des kommenden Jahres",
    "teilte das Unternehmen in München mit", "und hält an dem Zeitplan fest",
)  # fmt: skip
_PLACES = ("Berlin", "München", "Brüssel", "Kiel", "Koblenz", "Warschau", "Paris")


def sentence(rng: random.Random) -> str:
    """Return one sentence of about 14 words."""
    return f"{rng.choice(_SUBJECTS)} {rng.choice(_VERBS)} {rng.choice(_OBJECTS)}, {rng.choice(_ENDS)}."


def headline(rng: random.Random) -> str:
    """Return a headline of five to nine words."""
    return f"{rng.choice(_SUBJECTS)} {rng.choice(_VERBS)} {rng.choice(_OBJECTS)}"


def pages(n: int, seed: int = 1) -> list[tuple[str, bytes]]:
    """Return ``n`` pages as ``(path, HTML in UTF-8)``, the same for the same seed; every page is 60 to 120 KB."""
    rng = random.Random(seed)
    return [page(rng, number) for number in range(n)]


def page(rng: random.Random, number: int) -> tuple[str, bytes]:
    """Return one page; its article stands between navigation, teasers of others, scripts and a footer."""
    title, at = f"{headline(rng)} ({number})", BEGIN + timedelta(minutes=7 * number)
    path = f"/politik/meldung-vom-tage-{number}.html"
    paragraphs = [" ".join(sentence(rng) for _ in range(rng.randint(3, 5))) for _ in range(8)]
    ld = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": title,
        "datePublished": at.isoformat(),
        "author": [{"@type": "Person", "name": "Jana Okonski"}],
        "publisher": {"@type": "Organization", "name": "Probezeitung"},
    }
    wanted = rng.randint(60_000, 120_000)
    article = "".join(
        f"<p class='article__p'>{text}</p>{_aside(rng) if i in (2, 5) else ''}" for i, text in enumerate(paragraphs)
    )
    head = (
        f"<!DOCTYPE html><html lang='de'><head><meta charset='utf-8'><title>{title} - Politik - Probezeitung</title>"
        f"<meta property='og:type' content='article'><meta property='og:title' content='{title}'>"
        f"<meta property='article:published_time' content='{at.isoformat()}'>"
        f"<meta name='description' content='{paragraphs[0][:150]}'>"
        f"<link rel='canonical' href='{path}'>"
        f"<script type='application/ld+json'>{json.dumps(ld)}</script>{_style(rng)}</head>"
    )
    navigation = _navigation(rng)
    top = f"<body class='page'><header class='site-header'>{navigation}</header><main><article class='article'>"
    body = (
        f"<header class='article__header'><span class='article__kicker'>{rng.choice(_PLACES)}</span><h1>{title}</h1>"
        f"<p class='byline'>Von Jana Okonski</p><time datetime='{at.isoformat()}'>{at:%d.%m.%Y, %H:%M} Uhr</time></header>"
        f"<div class='article__body'>{article}</div></article></main>"
    )
    end = f"<footer class='site-footer'>{_navigation(rng)}<p>© Probezeitung</p></footer></body></html>"
    filling: list[str] = []
    size = len(head) + len(top) + len(body) + len(end)
    while size < wanted:
        filling.append(_script(rng) if len(filling) % 3 else _teasers(rng))
        size += len(filling[-1])
    return path, (head + top + body + f"<div class='page__more'>{''.join(filling)}</div>" + end).encode()


def _navigation(rng: random.Random) -> str:
    items = "".join(
        f"<li class='nav__item'><a class='nav__link' href='/{i}/'>{rng.choice(_PLACES)} und Welt {i}</a></li>"
        for i in range(45)
    )
    return f"<nav class='nav' aria-label='Hauptmenü'><ul class='nav__list'>{items}</ul></nav>"


def _aside(rng: random.Random) -> str:
    return (
        f"<aside class='related'><h3>Mehr zum Thema</h3>"
        f"<ul><li><a href='/a-{rng.randint(1, 999)}.html'>{headline(rng)}</a></li>"
        f"<li><a href='/b-{rng.randint(1, 999)}.html'>{headline(rng)}</a></li></ul></aside>"
    )


def _teasers(rng: random.Random) -> str:
    cards = "".join(
        f"<article class='teaser'><a class='teaser__link' href='/politik/anderes-{rng.randint(1, 99999)}.html'>"
        f"<figure class='teaser__figure'><img class='teaser__image' loading='lazy' "
        f"srcset='/i/{i}-320.jpg 320w, /i/{i}-640.jpg 640w' alt=''></figure>"
        f"<h3 class='teaser__title'>{headline(rng)}</h3><p class='teaser__text'>{sentence(rng)}</p></a></article>"
        for i in range(8)
    )
    return f"<section class='teaser-group'><h2>Mehr aus dem Ressort</h2>{cards}</section>"


def _script(rng: random.Random) -> str:
    data = {f"key{i}": {"id": rng.randint(1, 10**9), "label": rng.choice(_OBJECTS), "flags": [1, 0, 1]} for i in range(20)}
    return f"<script>window.__state=Object.assign(window.__state||{{}},{json.dumps(data)});</script>"


def _style(rng: random.Random) -> str:
    rules = "".join(f".c{i}{{margin:{rng.randint(0, 40)}px;color:#{rng.randint(0, 0xFFFFFF):06x}}}" for i in range(300))
    return f"<style>{rules}</style>"
