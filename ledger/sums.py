"""The laws that every state of the ledger obeys, each as a query for what breaks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from articles.match import ENDED
from ledger.dropped import IS_DROPPED
from ledger.schema import addresses, articles, journal, matches, outbox, revisions, spool, urls, visits
from ledger.values import OPEN_STATES

NUMBERS = sa.select(sa.func.min(spool.c.seq), sa.func.max(spool.c.seq), sa.func.count())


@dataclass(frozen=True, slots=True)
class Law:
    """``says`` what must hold; ``broken`` selects one column of whatever breaks it; ``what`` names that column."""

    says: str
    what: str
    broken: sa.Select[Any]


_begun, _ended = journal.alias("begun"), journal.alias("ended")
_is_ended = visits.c.state == "ended"
_open = visits.c.state.in_(OPEN_STATES)
_new = sa.select(journal).where(journal.c.word == "ended", journal.c.outcome == "article(new)").subquery("news")


def _without(this: sa.Table, other: Any, on: sa.ColumnElement[bool], column: Any, *where: Any) -> sa.Select[Any]:
    """Select ``column`` of those rows of ``this`` that have no partner in ``other``."""
    return sa.select(column).select_from(this).where(*where, ~sa.exists().select_from(other).where(on))


def _entry(word: str) -> sa.ColumnElement[bool]:
    return sa.and_(journal.c.visit_id == visits.c.id, journal.c.word == word)


_VISITS = (
    Law(
        "every visit that was begun is in the ledger",
        "missing visits",
        _without(journal, visits, visits.c.id == journal.c.visit_id, journal.c.visit_id.distinct()),
    ),
    Law("every visit has its beginning in the journal", "visits", _without(visits, journal, _entry("begun"), visits.c.id)),
    Law("a visit is open or ended, nothing else", "visits", sa.select(visits.c.id).where(~_open, ~_is_ended)),
    Law(
        "an ended visit has its ending in the journal",
        "visits",
        _without(visits, journal, _entry("ended"), visits.c.id, _is_ended),
    ),
    Law(
        "a visit whose ending is in the journal has ended",
        "visits",
        sa.select(visits.c.id).join(journal, _entry("ended")).where(~_is_ended),
    ),
    Law(
        "an ended visit has one outcome and one time of ending, an open one has none",
        "visits",
        sa.select(visits.c.id).where(
            sa.or_(
                sa.and_(_is_ended, sa.or_(visits.c.outcome.is_(None), visits.c.ended_at.is_(None))),
                sa.and_(_open, sa.or_(visits.c.outcome.is_not(None), visits.c.ended_at.is_not(None))),
            )
        ),
    ),
    Law(
        "a visit has the outcome it ended with, unless it was removed on request",
        "visits",
        sa.select(visits.c.id)
        .join(journal, _entry("ended"))
        .where(visits.c.outcome != journal.c.outcome, ~visits.c.outcome.like("removed(%")),
    ),
    Law(
        "a fetched page has its record in the archive",
        "visits",
        sa.select(visits.c.id).where(
            visits.c.state.in_(("fetched", "refining")),
            sa.or_(visits.c.segment.is_(None), visits.c.record_offset.is_(None), visits.c.record_length.is_(None)),
        ),
    ),
    Law(
        "a page is dropped from the archive only after its visit has ended",
        "visits",
        sa.select(visits.c.id).where(~_is_ended, IS_DROPPED),
    ),
    Law(
        "work under way is leased, and only that",
        "visits",
        sa.select(visits.c.id).where(visits.c.state.in_(("fetching", "refining")) != visits.c.leased_until.is_not(None)),
    ),
    Law(
        "the address of a visit is known",
        "visits",
        _without(visits, addresses, addresses.c.key == visits.c.key, visits.c.id),
    ),
    Law(
        "an address that was scheduled has a visit",
        "addresses",
        _without(addresses, visits, visits.c.key == addresses.c.key, addresses.c.url, addresses.c.state == "scheduled"),
    ),
    Law(
        "an address is scheduled, or skipped for a reason",
        "addresses",
        sa.select(addresses.c.url).where(
            ~sa.or_(
                sa.and_(addresses.c.state == "scheduled", addresses.c.reason.is_(None)),
                sa.and_(addresses.c.state == "skipped", addresses.c.reason.is_not(None)),
            )
        ),
    ),
)

_latest = sa.and_(revisions.c.article_id == articles.c.id, revisions.c.number == articles.c.revision)

_ARTICLES = (
    Law(
        "every visit that ended article(new) made one article",
        "visits",
        _without(
            journal,
            articles,
            articles.c.new_visit == journal.c.visit_id,
            journal.c.visit_id,
            journal.c.word == "ended",
            journal.c.outcome == "article(new)",
        ),
    ),
    Law(
        "every article was made by a visit that ended article(new)",
        "articles",
        _without(
            articles,
            _new,
            sa.and_(_new.c.visit_id == articles.c.new_visit, _new.c.article_id == articles.c.id),
            articles.c.id,
        ),
    ),
    Law(
        "the visit that made a live article still says so",
        "articles",
        sa.select(articles.c.id)
        .join(visits, visits.c.id == articles.c.new_visit)
        .where(
            sa.case((articles.c.state == "live", "article(new)"), else_="removed")
            != sa.case((visits.c.outcome.like("removed(%"), "removed"), else_=visits.c.outcome)
        ),
    ),
    Law(
        "an article is live or removed",
        "articles",
        sa.select(articles.c.id).where(articles.c.state.not_in(("live", "removed"))),
    ),
    Law(
        "an article has its latest revision, with the same number and text",
        "articles",
        _without(
            articles,
            revisions,
            sa.and_(_latest, revisions.c.seq <= articles.c.seq, revisions.c.text_hash == articles.c.text_hash),
            articles.c.id,
        ),
    ),
    Law(
        "revisions are numbered from 1 without a hole",
        "articles",
        sa.select(revisions.c.article_id)
        .group_by(revisions.c.article_id)
        .having(sa.func.max(revisions.c.number) != sa.func.count()),
    ),
    Law(
        "every visit that ended article(revised) made one revision",
        "visits",
        _without(
            journal,
            revisions,
            revisions.c.visit_id == journal.c.visit_id,
            journal.c.visit_id,
            journal.c.word == "ended",
            journal.c.outcome == "article(revised)",
        ),
    ),
    Law(
        "every revision was made by a visit that ended article(new) or article(revised)",
        "articles",
        _without(
            revisions,
            journal,
            sa.and_(
                journal.c.visit_id == revisions.c.visit_id,
                journal.c.word == "ended",
                journal.c.outcome.in_(("article(new)", "article(revised)")),
            ),
            revisions.c.article_id,
        ),
    ),
    Law(
        "a live article has its text, a removed one has none",
        "articles",
        sa.select(articles.c.id)
        .join(revisions, revisions.c.article_id == articles.c.id)
        .where((articles.c.state == "live") != revisions.c.body.is_not(None)),
    ),
    Law(
        "an article answers to the address it was first filed under",
        "articles",
        _without(articles, urls, sa.and_(urls.c.article_id == articles.c.id, urls.c.url == articles.c.url), articles.c.id),
    ),
    Law(
        "the last change of an article stands in the spool",
        "articles",
        _without(
            articles,
            spool,
            sa.and_(
                spool.c.seq == articles.c.seq,
                spool.c.article_id == articles.c.id,
                spool.c.op == sa.case((articles.c.state == "live", "put"), else_="delete"),
            ),
            articles.c.id,
        ),
    ),
)

_rows = sa.select(outbox.c.match_id, sa.func.count().label("number")).group_by(outbox.c.match_id).subquery("per_match")
_filed = sa.select(matches.c.visit_id, sa.func.count().label("number")).group_by(matches.c.visit_id).subquery("per_visit")
_done = outbox.c.state.in_(sorted(ENDED))

_MATCHES = (
    Law(
        "every match that was filed is in the ledger",
        "visits",
        sa.select(journal.c.visit_id)
        .outerjoin(_filed, _filed.c.visit_id == journal.c.visit_id)
        .where(journal.c.word == "ended", journal.c.matches != sa.func.coalesce(_filed.c.number, 0)),
    ),
    Law(
        "every match has its rows in the outbox, one per channel and at least one",
        "matches",
        sa.select(matches.c.id)
        .outerjoin(_rows, _rows.c.match_id == matches.c.id)
        .where(sa.or_(matches.c.channels < 1, matches.c.channels != sa.func.coalesce(_rows.c.number, 0))),
    ),
    Law(
        "a row of the outbox is open or has ended in one way",
        "rows",
        sa.select(outbox.c.id).where(
            ~sa.or_(
                sa.and_(outbox.c.state.in_(("open", "sending")), outbox.c.ended_at.is_(None)),
                sa.and_(_done, outbox.c.ended_at.is_not(None)),
            )
        ),
    ),
    Law(
        "a row is leased while it is being sent, and only then",
        "rows",
        sa.select(outbox.c.id).where((outbox.c.state == "sending") != outbox.c.leased_until.is_not(None)),
    ),
    Law(
        "a suppressed or collapsed row says why",
        "rows",
        sa.select(outbox.c.id).where(outbox.c.state.in_(("suppressed", "collapsed")), outbox.c.reason.is_(None)),
    ),
    Law(
        "only a match of an alert without channels has a row without channel",
        "rows",
        sa.select(outbox.c.id).where(
            outbox.c.channel == "", ~sa.and_(outbox.c.state == "suppressed", outbox.c.reason == "no_channel")
        ),
    ),
)

LAWS: tuple[Law, ...] = (*_VISITS, *_ARTICLES, *_MATCHES)
"""In the order in which a person wants to read what is broken."""
