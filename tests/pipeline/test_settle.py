"""Whose page is this? New, revised, unchanged, another address of an article, or a canonical claim that nobody believes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from articles.article import Moment
from articles.url import article_id
from pipeline.judge import MOST_CLAIMS, same_text, text_hash
from pipeline.settle import settle
from tests.pipeline.desks import SITE, TEXT, Office, opened, read, write_desk

OTHER = "Der Stadtrat von Mühlfurt hat den Umbau des Theaters am Dienstag mit großer Mehrheit und nach Streit beschlossen."
THIRD = "Die Fähren nach Karlsmünde fielen am Mittwoch wegen des Sturms aus, Reisende warteten lange in kalten Hallen."
FOURTH = "Das Dorf gewann das letzte Spiel der Saison, weil der Regen kam und niemand mehr einen Ball treffen konnte."


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(write_desk(tmp_path)) as office:
        yield office
        assert office.gaps() == ()


async def test_an_article_is_new_once_then_unchanged_then_revised(office: Office) -> None:
    first = office.settle("/werk.html")
    assert (str(first.outcome), first.id) == ("article(new)", article_id(f"{SITE}/werk.html"))
    assert str(office.settle("/werk.html").outcome) == "article(unchanged)"
    revised = office.settle("/werk.html", TEXT + " Die Zahl wurde berichtigt.")
    assert (str(revised.outcome), revised.id, revised.revision) == ("article(revised)", first.id, 2)
    filed = office.services.ledger.files.latest(first.id)
    assert filed is not None
    assert filed.annotated.article.text == TEXT + " Die Zahl wurde berichtigt."
    assert [one.revision for one in office.services.ledger.files.versions(first.id)] == [1, 2]


async def test_a_revision_tells_nobody_twice(office: Office) -> None:
    office.settle("/werk.html")
    office.settle("/werk.html", TEXT + " Helsing bestätigt das.")
    assert office.states() == ["open", "collapsed"]


async def test_white_space_alone_is_no_revision(office: Office) -> None:
    office.settle("/werk.html")
    assert str(office.settle("/werk.html", TEXT.replace(" ", "\n ")).outcome) == "article(unchanged)"


async def test_a_redirect_to_a_filed_article_is_an_alias(office: Office) -> None:
    first = office.settle("/neu/werk.html")
    alias = office.settle("/alt/werk.html", final="/neu/werk.html")
    assert str(alias.outcome) == f"alias({first.id})"
    found = office.services.ledger.files.article(f"{SITE}/alt/werk.html")
    assert found is not None
    assert found.annotated.article.id == first.id


async def test_a_canonical_claim_on_a_filed_article_with_the_same_text_is_an_alias(office: Office) -> None:
    first = office.settle("/werk.html")
    assert str(office.settle("/amp/werk.html", canonical="/werk.html").outcome) == f"alias({first.id})"


async def test_the_other_address_of_an_article_is_an_alias_however_often_it_is_read(office: Office) -> None:
    """Its kicker differs: the two addresses must not take turns in revising the article."""
    first = office.settle("/technik/werk.html", kicker="Technik")
    for kicker in ("Wirtschaft", "Wirtschaft", "Börse"):
        again = office.settle("/wirtschaft/werk.html", canonical="/technik/werk.html", kicker=kicker)
        assert str(again.outcome) == f"alias({first.id})"
    assert str(office.settle("/technik/werk.html", kicker="Technik").outcome) == "article(unchanged)"


async def test_an_address_that_only_names_its_canonical_one_is_the_article_while_that_was_never_read(
    office: Office,
) -> None:
    first = office.settle("/amp/werk.html", canonical="/werk.html")
    assert (str(first.outcome), first.id) == ("article(new)", article_id(f"{SITE}/werk.html"))
    again = office.settle("/amp/werk.html", TEXT + " Berichtigt.", canonical="/werk.html")
    assert (str(again.outcome), again.id) == ("article(revised)", first.id)
    own = office.settle("/werk.html", TEXT + " Berichtigt.", kicker="Technik")
    assert (str(own.outcome), own.id) == ("article(revised)", first.id)
    assert str(office.settle("/amp/werk.html", canonical="/werk.html").outcome) == f"alias({first.id})"


async def test_a_claim_on_an_article_with_another_text_is_not_believed(office: Office) -> None:
    first = office.settle("/werk.html")
    other = office.settle("/theater.html", OTHER, canonical="/werk.html", title="Theater")
    assert (str(other.outcome), other.id) == ("article(new)", article_id(f"{SITE}/theater.html"))
    assert first.id != other.id


async def test_an_address_that_three_texts_claim_is_believed_no_more(office: Office) -> None:
    """A broken template that names one canonical address for every article must not make one article of them all."""
    ids = []
    for number, text in enumerate((OTHER, THIRD, FOURTH, TEXT)):
        receipt = office.settle(f"/{number}.html", text, canonical="/vorlage.html", title=f"Titel {number}")
        assert str(receipt.outcome) == "article(new)"
        ids.append(receipt.id)
    assert len(set(ids)) == 4
    assert office.services.ledger.files.claims(f"{SITE}/vorlage.html") >= MOST_CLAIMS
    assert office.settle("/neu.html", TEXT, canonical="/vorlage.html").id == article_id(f"{SITE}/neu.html")


async def test_an_id_is_that_of_the_first_filing_for_ever(office: Office) -> None:
    first = office.settle("/alt.html")
    moved = office.settle("/alt.html", TEXT + " Nachtrag.", final="/neu.html")
    assert moved.id == first.id
    assert office.settle("/neu.html", TEXT + " Nachtrag.").id == first.id


async def test_a_page_that_another_worker_has_by_now_is_left_to_it(office: Office) -> None:
    office.fetch("/werk.html")
    (ref,) = office.lease()
    office.later(minutes=11)
    (again,) = office.lease()
    assert settle(office.services, ref, read(ref, TEXT)) is None
    assert settle(office.services, again, read(again, TEXT)) is not None


@pytest.mark.parametrize(("days", "state"), [(1, "open"), (3, "suppressed")])
async def test_old_news_is_filed_and_tells_nobody(office: Office, days: int, state: str) -> None:
    at = (office.now - timedelta(days=days)).isoformat()
    office.settle("/werk.html", published=Moment(at, "minute", "meta"))
    assert office.states() == [state]


async def test_two_texts_are_one_when_they_share_half_of_the_shorter(office: Office) -> None:
    office.fetch("/a.html")
    (ref,) = office.lease()
    whole, teaser, other = read(ref, TEXT + " " + OTHER), read(ref, TEXT), read(ref, THIRD)
    assert same_text(whole, teaser)
    assert not same_text(whole, other)
    assert same_text(read(ref, ""), read(ref, ""))
    assert not same_text(read(ref, "", title="A"), read(ref, "", title="B"))
    assert text_hash(whole) != text_hash(teaser)
