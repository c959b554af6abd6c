"""How one read page is filed: whose it is, what its words mean, whom it makes an alert true for, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from alerts.decide import Circumstances, decide
from articles.article import Annotated, Article
from articles.match import Decision
from articles.outcome import Outcome
from articles.page import PageRef
from articles.url import article_id, canonicalise
from crawlers.revisit import next_revisit
from language.tokens import Analysed
from ledger.values import Filed, Filing, Receipt
from pipeline.edits import compare
from pipeline.judge import MOST_CLAIMS, same_text, text_hash
from pipeline.services import Services

TOLD_REASONS = 3
"""So many reasons why an edit matters are told; `lagebild show --versions` has them all."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article belongs: its addresses, the canonical one it claims, and the filed article it is, if any.

    ``alias`` tells that the page is another address of ``known``: its own address is new, or it names as canonical one
    where the article itself was read.
    """

    urls: tuple[str, ...]
    claimed: str | None
    known: Filed | None
    alias: bool


def settle(services: Services, ref: PageRef, read: Article) -> Receipt | None:
    """File what was read from one page; None if another worker has it by now. Raises Transient (disk, database)."""
    place = find_place(services, ref, read)
    article = _identified(read, ref, place)
    outcome = _outcome(article, place)
    annotated = Annotated(article)
    decisions: tuple[Decision, ...] = ()
    if outcome.kind == "article" and (outcome.reason != "unchanged" or ref.kind == "reprocess"):
        annotated, analysed = services.enricher.enrich_one(article)
        decisions = _decisions(services, annotated, analysed, ref, place.known)
    again = next_revisit(article.seen_at or ref.fetched_at, services.clock(), services.desk.settings.revisits)
    filing = Filing(ref, outcome, annotated, place.urls, text_hash(article), decisions, place.claimed, again)
    return services.ledger.files.file(filing, services.clock())


def find_place(services: Services, ref: PageRef, read: Article) -> Place:
    """Ask the ledger whose addresses these are, and believe the page's canonical claim only where it holds."""
    files = services.ledger.files
    asked, answered = canonicalise(ref.url), canonicalise(ref.final_url)
    own = tuple(dict.fromkeys([asked, answered]))
    claimed = read.url if read.url not in own else None
    if claimed is not None and not _believed(services, claimed, read):
        mine = files.resolve(own)
        return Place((answered, *own), claimed, files.latest(mine) if mine else None, alias=False)
    urls = tuple(dict.fromkeys([read.url, *own]))
    holder = files.resolve(urls)
    known = files.latest(holder) if holder else None
    is_new = files.resolve([asked]) != holder
    return Place(urls, claimed, known, alias=known is not None and (is_new or _is_read_at(services, claimed, ref)))


def _is_read_at(services: Services, claimed: str | None, ref: PageRef) -> bool:
    """Whether the article was read at the address that this page names as canonical: then its text there is the text.

    Pages that are read anew stand for what was filed from them.
    """
    if claimed is None or ref.kind == "reprocess":
        return False
    there = services.ledger.visits.known([claimed]).get(claimed)
    return there is not None and (there.last_outcome or "").startswith("article(")


def _believed(services: Services, claimed: str, read: Article) -> bool:
    files = services.ledger.files
    if files.claims(claimed) >= MOST_CLAIMS:
        return False
    holder = files.resolve([claimed])
    known = files.latest(holder) if holder else None
    return known is None or same_text(read, known.annotated.article)


def _identified(read: Article, ref: PageRef, place: Place) -> Article:
    """Give the article the id, first sight and revision that the ledger knows, or those of a first filing."""
    read = replace(read, tdm_reserved=read.tdm_reserved or ref.tdm is not None)
    if place.known is None:
        url = place.urls[0]
        return replace(read, id=article_id(url), url=url, source=ref.source, seen_at=ref.fetched_at)
    known = place.known.annotated.article
    return replace(read, id=known.id, url=known.url, source=known.source, seen_at=place.known.first_seen)


def _outcome(article: Article, place: Place) -> Outcome:
    if place.known is None:
        return Outcome("article", "new")
    if place.alias:
        return Outcome("alias", place.known.annotated.article.id)
    return Outcome("article", "unchanged" if text_hash(article) == place.known.text_hash else "revised")


def _decisions(
    services: Services, annotated: Annotated, analysed: Analysed, ref: PageRef, before: Filed | None
) -> tuple[Decision, ...]:
    matches = services.matcher.match(analysed)
    if not matches:
        return ()
    wants_edits = before is not None and any(services.desk.alerts[one.alert].on_edit == "material" for one in matches)
    story = annotated.annotations.story or annotated.article.id
    seen: datetime = annotated.article.seen_at or ref.fetched_at
    about = Circumstances(
        alerts=services.desk.alerts,
        told=services.ledger.files.told_for([story]),
        now=services.clock(),
        alert_window=services.desk.settings.alert_window,
        zone=services.zone,
        reprocessing=ref.kind == "reprocess",
        edited=_edited(before, annotated.article) if before and wants_edits else None,
        heard=services.ledger.files.heard_of(before.annotated.article.id) if before and wants_edits else (),
    )
    return tuple(decide(matches, annotated, seen, about))


def _edited(before: Filed, after: Article) -> str | None:
    """Say what an edit changed that matters, None if nothing does."""
    edit = compare(before.annotated.article, after)
    return "; ".join(map(str, edit.reasons[:TOLD_REASONS])) if edit.verdict == "material" else None
