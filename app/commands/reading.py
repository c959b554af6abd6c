"""Commands that read: search, show, query explain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from app.output import print_json, say
from app.shell import Json, chosen, cli, opened, query
from articles.errors import NotSo, Wrong, nearest

if TYPE_CHECKING:
    from language.query_tree import KeywordField

FACETS = ("source", "topic", "entity", "lang", "kind", "tier", "country", "story")


@cli.command()
def search(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="QUERY", help="As in docs/query-language.md.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Hits shown.")] = 10,
    sort: Annotated[Literal["relevance", "newest"], typer.Option(help="Order of the hits.")] = "relevance",
    facet: Annotated[str, typer.Option(help="Count values of these fields, such as source,topic,entity,lang.")] = "",
    since: Annotated[str | None, typer.Option(help="From then on: 2026-01-31, an ISO time, or an age as in 7d.")] = None,
    until: Annotated[str | None, typer.Option(help="Until then; a day is included.")] = None,
    half_life: Annotated[
        float | None, typer.Option(metavar="DAYS", help="Age counts: today's articles twice, half of that gone after DAYS.")
    ] = None,
    after: Annotated[str | None, typer.Option(help="The `next` of the page before.")] = None,
    index: Annotated[Path | None, typer.Option(help="An index of its own, made by `lagebild index build`.")] = None,
    queries: Annotated[Path | None, typer.Option(help="One query a line, one JSON line each (with --index).")] = None,
    engine: Annotated[str | None, typer.Option(help="Where the server of --index is now; it remembers.")] = None,
    json: Json = False,
) -> None:
    """Search: hits with highlighted words, facets, counts over time."""
    if index is not None or queries is not None:
        from app.filter_search import search_queries

        if index is None or queries is None or text:
            raise Wrong("--index and --queries belong together, without a QUERY")
        search_queries(chosen(context), index, queries, limit, engine)
        return
    if engine is not None:
        raise Wrong("goes with --index; the desk's own engine is a setting", field="--engine")
    if not text.strip():
        raise Wrong("what is to be searched for? write lagebild search QUERY")
    from app.search_view import answer_json, print_answer
    from pipeline.find import Wanted
    from pipeline.find import search as find

    wanted = Wanted(limit, sort, _facets(facet), since, until, after, half_life)
    with opened(context) as services:
        answer = find(services, text, wanted)
        if json:
            print_json(answer_json(answer))
        else:
            print_answer(answer, services.zone)
        behind = services.ledger.spool.behind()
    if behind:
        say(f"the index is {behind:,} changes behind the ledger; `lagebild run` brings it up")


def _facets(text: str) -> tuple[KeywordField, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in FACETS:
            raise Wrong(f"no facet '{name}'{nearest(name, FACETS)}; there are {', '.join(FACETS)}", field="--facet")
    return tuple(cast("KeywordField", name) for name in names)


@cli.command()
def show(
    context: typer.Context,
    article: Annotated[str, typer.Argument(metavar="ID", help="An article's id or address.")],
    versions: Annotated[
        bool, typer.Option("--versions", help="Every revision, the first first, and what each changed.")
    ] = False,
    raw: Annotated[bool, typer.Option("--raw", help="The page's bytes as they came.")] = False,
    json: Json = False,
) -> None:
    """One article with all that is known of it."""
    from app.article_view import edit_json, edits, print_article, print_versions, write_raw
    from app.conduct_view import asked_json
    from articles.wire import to_json

    with opened(context) as services:
        filed = services.ledger.files.article(_address(article))
        if filed is None:
            raise NotSo(f"no article has the id or address {article!r}")
        if raw:
            write_raw(services, filed.annotated.article.id)
            return
        shown = services.ledger.files.versions(filed.annotated.article.id) if versions else [filed]
        asked = services.ledger.visits.asked(filed.annotated.article.url)
        if json:
            print_json(to_json(shown[0].annotated) | {"asked": [asked_json(one) for one in asked]})
            for one, edit in edits(shown):
                print_json(to_json(one.annotated) | {"edit": edit_json(edit)})
        elif versions:
            print_versions(shown, services.zone, asked)
        else:
            print_article(filed, services.zone, asked)


def _address(text: str) -> str:
    """An address is looked up in its canonical form; anything else is an id."""
    from articles.url import canonicalise

    return canonicalise(text) if "://" in text else text


@query.command()
def explain(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="QUERY")],
    article: Annotated[str | None, typer.Option(help="Why does this article match, or not?")] = None,
) -> None:
    """The tree, the tokens, and why an article matches or not."""
    from language.query_explain import explain as explain_query
    from language.query_parse import QueryError, parse

    with opened(context, bundled=article is None) as services:
        try:
            parsed = parse(text, strict=True, names=services.names)
        except QueryError as error:
            raise Wrong(f"{error}\n{error.pointer(text)}") from error
        analysed = None
        if article is not None:
            filed = services.ledger.files.article(_address(article))
            if filed is None:
                raise NotSo(f"no article has the id or address {article!r}")
            analysed = services.analysed(filed.annotated)
        print(explain_query(parsed, services.query_context(), analysed).text)
