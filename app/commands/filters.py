"""Every stage of the pipeline alone, as a filter over JSON Lines: extract, links, enrich, match, analyse."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from app.output import print_json
from app.shell import chosen, cli, index, wait_for


@cli.command()
def extract(context: typer.Context) -> None:
    """Pages in, articles or the reason why not out."""
    from app.filter_pages import extract_pages

    wait_for(extract_pages(chosen(context).desk_or_bundled()))


@cli.command()
def links(
    context: typer.Context,
    kind: Annotated[Literal["feed", "sitemap", "page"], typer.Option(help="What the bytes are.")],
) -> None:
    """Feeds, sitemaps or list pages in, their links out."""
    from app.filter_pages import read_lists

    wait_for(read_lists(chosen(context).desk_or_bundled(), kind))


@cli.command()
def enrich(context: typer.Context) -> None:
    """Articles in, articles with language, entities, topics and facets out."""
    from app.json_lines import Row, filter_lines
    from articles.wire import from_json, to_json
    from pipeline.services import Services

    services = Services(chosen(context).desk_or_bundled())

    async def one(row: Row) -> dict[str, Any]:
        annotated, _ = services.enricher.enrich_one(from_json(row).article, settled=True)
        return to_json(annotated)

    wait_for(filter_lines(one))


@cli.command()
def match(
    context: typer.Context,
    alerts: Annotated[Path, typer.Option(help="A file like config/alerts.yaml.")],
) -> None:
    """Articles in, the alerts they make true out, with the words that made it so."""
    from app.filter_match import match_articles

    wait_for(match_articles(chosen(context).desk_or_bundled(), alerts))


@cli.command()
def analyse(
    context: typer.Context,
    lang: Annotated[Literal["de", "en"], typer.Option(help="The language of the texts.")],
) -> None:
    """Texts in, their tokens out: exact, stem, parts."""
    from app.json_lines import Row, filter_lines, text_of
    from pipeline.services import Services

    analyser = Services(chosen(context).desk_or_bundled()).analyser

    async def one(row: Row) -> dict[str, Any]:
        units = analyser.analyse(text_of(row, "text", needed=True) or "", lang).units
        return {
            "tokens": [
                {"start": u.start, "end": u.end, "exact": u.exact, "stem": u.stem, "parts": list(u.parts)} for u in units
            ]
        }

    wait_for(filter_lines(one))


@index.command("build")
def build(
    context: typer.Context,
    into: Annotated[Path, typer.Option(help="The folder of the new index.")],
    engine: Annotated[str, typer.Option(help="embedded, or a search server's address.")] = "embedded",
) -> None:
    """Articles in, an index of its own out, for `lagebild search --index`."""
    from app.filter_search import build_index

    print_json(build_index(chosen(context).desk_or_bundled(), into, engine))
