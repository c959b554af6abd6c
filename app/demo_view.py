"""How the demo tells what it did: a summary a person enjoys reading, and the same facts for scripts."""

from __future__ import annotations

from collections import defaultdict
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from app.demo import QUERY, DemoReport
from app.output import console, counted, safe
from app.search_view import answer_json, hit_lines

ZONE = ZoneInfo("Europe/Berlin")

IN_WORDS = {
    "article": "articles, each read, enriched, filed and indexed",
    "listed": "feeds, sitemaps and list pages, read for their links",
    "not_modified": "not changed since the last visit: the server said so, nothing was sent",
    "alias": "another address of an article that was there already",
    "rejected": "no article",
    "forbidden": "not asked for, since the site or the guard forbids it",
    "http": "the server answered with an error",
    "unreachable": "no answer",
    "too_large": "broken off: larger than any article",
    "broken": "the page would not let itself be read; its reader was stopped, the bytes are kept",
}
"""What each kind of outcome means to somebody who sees it for the first time."""


def demo_json(report: DemoReport) -> dict[str, object]:
    """Return the public form (docs/reference.md): the counts of ``run`` summed over the passes, and what was found."""
    visits: dict[str, int] = defaultdict(int)
    for one in report.passes:
        for outcome, count in one.outcomes.items():
            visits[outcome] += count
    return {
        "sources": report.passes[-1].sources,
        "visits": dict(sorted(visits.items())),
        "articles": {reason: visits.get(f"article({reason})", 0) for reason in ("new", "revised", "unchanged")},
        "notices": len(report.notices),
        "seconds": round(sum(one.seconds for one in report.passes), 2),
        "desk": str(report.desk),
        "site": report.origin,
        "first_run": report.first_run,
        "pages": [{"url": url, "outcome": str(outcome)} for url, outcome in report.pages.items()],
        "edited": report.edited,
        "entities": [{"name": name, "articles": count} for name, count in report.entities],
        "topics": [{"title": title, "articles": count} for title, count in report.topics],
        "search": answer_json(report.answer),
        "alerts": report.notices,
        "notices_before": report.said_before,
        "notices_file": str(report.notices_file),
        "check": report.proof is not None and report.proof.ok,
    }


def print_demo(report: DemoReport) -> None:
    """Print the summary, in the order in which an article lives."""
    out = console()
    again = "" if report.first_run else ", again"
    _head(out, f"Lagebild reads a news site{again}")
    out.print(f"The site is fictional and served at {report.origin}. Everything stays in {report.desk}.")
    _print_pages(out, report)
    _head(out, "What the articles are about")
    _print_counts(out, "names", report.entities)
    _print_counts(out, "topics", report.topics)
    _head(out, f"lagebild search {QUERY}")
    out.print(Text(counted(report.answer.total, "article"), "bold"))
    for seen in report.answer.seen[:3]:
        for line in hit_lines(seen, ZONE, most=1):
            out.print(line)
    _print_alerts(out, report)
    _print_end(out, report)


def _head(out: Console, text: str) -> None:
    out.print()
    out.print(Text(f"── {text} ", "bold cyan"))


def _print_pages(out: Console, report: DemoReport) -> None:
    """Every address is in one of these lines: nothing is lost silently."""
    kinds: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for url, outcome in report.pages.items():
        kinds[outcome.kind][outcome.reason or ""].append(url)
    _head(out, f"{counted(len(report.pages), 'address', 'addresses')}, and how each visit ended")
    for kind, words in IN_WORDS.items():
        if kind not in kinds:
            continue
        urls = [url for group in kinds[kind].values() for url in group]
        out.print(
            Text(f"{len(urls):4} ", "bold") + Text(f"{kind:<13}", "green" if kind == "article" else "") + Text(words, "dim")
        )
        if kind in ("article", "listed", "not_modified"):
            continue
        for reason, group in kinds[kind].items():
            for url in group:
                out.print(Text(f"       {_label(kind, reason):<12}") + Text(safe(_path(url)), "dim"))
    for url in report.edited:
        out.print(Text("     edited by the site between the two passes, kept as a new revision: ", "yellow") + _path(url))


def _label(kind: str, reason: str) -> str:
    return "" if kind == "alias" else reason


def _path(url: str) -> str:
    return unquote(urlsplit(url).path)


def _print_counts(out: Console, what: str, counts: list[tuple[str, int]]) -> None:
    words = ", ".join(f"{safe(name)} {count}" for name, count in counts) or "none"
    out.print(Text(f"{what:>8}  ", "dim") + Text(words))


def _print_alerts(out: Console, report: DemoReport) -> None:
    _head(out, f"Alerts: {counted(len(report.notices), 'notice')} said, each with the words that are its reason")
    if not report.notices:
        out.print(f"Nothing new: {counted(report.said_before, 'notice')} of an earlier run are not said twice.")
    by_alert: dict[str, list[dict[str, object]]] = defaultdict(list)
    for notice in report.notices:
        by_alert[str(notice["alert"])].append(notice)
    for alert, notices in sorted(by_alert.items()):
        out.print(Text(f"{alert}, {counted(len(notices), 'notice')}", "bold magenta"))
        for notice in notices:
            out.print(Text(f"  {safe(str(notice['title']))}"))
            out.print(Text(f"      {safe(str(notice['why']))}", "dim"))
    out.print(Text("written to ", "dim") + Text(str(report.notices_file)))


def _print_end(out: Console, report: DemoReport) -> None:
    assert report.proof is not None
    _head(out, "Proof and next steps")
    visits = sum(report.proof.visits.values())
    verdict = "nothing is missing" if report.proof.ok else f"{len(report.proof.gaps)} gaps: {report.proof.gaps[0]}"
    out.print(f"lagebild check: {visits} visits, {sum(report.proof.matches.values())} matches accounted for; {verdict}")
    seconds = sum(one.seconds for one in report.passes)
    out.print(f"{report.articles} articles in {seconds:.1f} s. Look around:")
    command = f"lagebild -C {report.desk}"
    for example in ("search 'autonome Systeme'", "search 'Drohne AND NOT Helsing' --facet source", "status", "outbox"):
        out.print(Text(f"  {command} {example}", "cyan"))
