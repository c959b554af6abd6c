"""What becomes of a page whose site turns out to reserve text and data mining only when it is read: by its meta tag."""

from __future__ import annotations

from articles.article import Article
from articles.outcome import Killed, Outcome, Rejected
from articles.page import PageRef
from pipeline.services import Services

RESERVED = Outcome("forbidden", "tdm")
"""As a visit ends that a robots.txt, tdmrep.json or header forbids with `tdm: skip`."""


def is_unwanted(services: Services, ref: PageRef, read: Article | Rejected | Killed) -> bool:
    """Whether `tdm: skip` says that a page is not to be kept. What an article on file was read from stays, as it does."""
    if services.desk.settings.tdm != "skip":
        return False
    article = read.article if isinstance(read, Rejected) else read if isinstance(read, Article) else None
    is_reserved = ref.tdm is not None or (article is not None and article.tdm_reserved)
    return is_reserved and not (ref.kind == "reprocess" and _is_on_file(services, ref))


def take_out(services: Services, ref: PageRef) -> Outcome:
    """Erase a page's bytes, mark the article that was read from its address before, if any, and return how its visit ends.

    The visit is to be ended only then: a run that is killed in between leaves a page without bytes that waits, and what
    waits without bytes can only be one like this, for what was forgotten waits no more. Raises Transient (disk, database).
    """
    services.archive.erase(ref.record)
    services.ledger.files.reserve(ref.url)
    return RESERVED


def _is_on_file(services: Services, ref: PageRef) -> bool:
    filed = services.ledger.files.article(ref.url)
    return filed is not None and services.ledger.files.raw(filed.annotated.article.id) == ref.record
