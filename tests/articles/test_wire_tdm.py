"""A reserved article says so in its JSON, and leaves the desk without its text."""

from __future__ import annotations

from dataclasses import replace

from articles.article import Annotated, Article
from articles.wire import from_json, to_json, without_text

ARTICLE = Article(
    id="0" * 16, url="https://zeitung.example/a", source="z", title="Gipfel endet", text="Text.", lead="Lead."
)


def test_the_flag_survives_the_wire_and_is_absent_where_nothing_is_reserved() -> None:
    reserved = replace(ARTICLE, tdm_reserved=True)
    assert from_json(to_json(Annotated(reserved))).article == reserved
    assert "tdm_reserved" not in to_json(Annotated(ARTICLE))["access"]


def test_what_leaves_the_desk_keeps_title_and_address_but_no_words_of_the_text() -> None:
    told = without_text(to_json(Annotated(replace(ARTICLE, tdm_reserved=True))))
    assert (told["title"], told["url"], told["text"], told["lead"]) == ("Gipfel endet", ARTICLE.url, None, None)
