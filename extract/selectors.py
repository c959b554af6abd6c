"""Whether the CSS selectors of the sources can be followed: asked before anything is fetched by them."""

from __future__ import annotations

from collections.abc import Iterator

from cssselect import HTMLTranslator, SelectorError

from config.desk import Desk
from config.mistakes import Mistake, tell
from config.models import Source


def check(desk: Desk) -> None:
    """Raise Wrong with file, line and field for every selector of an enabled or disabled source that is none."""
    mistakes = [
        mistake
        for source in desk.sources.values()
        for key, selector in _stated(source)
        if (mistake := _mistake(desk, source, key, selector)) is not None
    ]
    if mistakes:
        raise tell(mistakes)


def _stated(source: Source) -> Iterator[tuple[str, str]]:
    """Yield each selector with the keys that lead to it, list positions from 1."""
    found: list[tuple[str, str | None]] = [("text_selector", source.text_selector)]
    found += [(f"addresses.{n}.selector", address.selector) for n, address in enumerate(source.addresses, 1)]
    for n, layout in enumerate(source.layouts, 1):
        found += [(f"layouts.{n}.{key}", getattr(layout, key)) for key in ("text_selector", "title_selector")]
        found += [(f"layouts.{n}.remove.{place}", selector) for place, selector in enumerate(layout.remove, 1)]
    yield from ((key, selector) for key, selector in found if selector is not None)


def _mistake(desk: Desk, source: Source, key: str, selector: str) -> Mistake | None:
    try:
        HTMLTranslator().css_to_xpath(selector)  # what lxml does with it, pseudo-classes that nobody knows included
    except SelectorError as error:
        file, line = desk.where("source", source.id, key)
        said = f"{selector!r} is no CSS selector: {error}; write one as in 'article .text p', or leave it out"
        return Mistake(said, file, line, key)
    return None
