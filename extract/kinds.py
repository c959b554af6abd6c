"""What kind of page is this: an article (which kind?), or a section, a consent wall, an error page, or no page of text?"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from lxml.html import HtmlElement

from articles.article import ArticleKind
from articles.url import is_listing_path
from extract import jsonld
from extract.boxes import Medium
from extract.decode import one_line
from extract.stated import Stated
from extract.titles import fold

_BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"RIFF",
    b"\x00\x00\x00",
    b"\x7fELF",
    b"MZ",
    b"OggS",
    b"ID3",
    b"wOFF",
    b"wOF2",
)
_HTML_TYPES = re.compile(r"html|xml|text/plain|octet-stream|^$", re.I)
_TAG = re.compile(r"<\s*(?:!doctype\s+html|html|head|body|div|p|article|main|section|h1|meta|title|table|span|a)\b", re.I)
_LIST_ROOT = re.compile(
    r"^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed|rdf:rdf|urlset|sitemapindex|opml)\b", re.I | re.S
)

_ERROR_TITLE = re.compile(
    r"^\W*(?:(?:error |fehler |http )?(?:400|401|403|404|410|429|451|500|502|503|504)\b|"
    r"seite (?:wurde )?nicht gefunden|page not found|not found|"
    r"(?:diese |die )?seite (?:existiert nicht|konnte nicht|wurde nicht|ist nicht)|access denied|"
    r"zugriff verweigert|forbidden|just a moment|attention required|"
    r"service unavailable|bad gateway|internal server error|wartungsarbeiten|under maintenance|are you a robot|"
    r"bist du ein mensch|"
    r"sicherheitsüberprüfung|security check|checking your browser|request blocked|"
    r"artikel nicht (?:mehr )?verfügbar|oops|ups)",
    re.I,
)
_ERROR_ANYWHERE = re.compile(
    r"\b(?:404|not found|nicht gefunden|access denied|service unavailable|"
    r"(?:could ?n[o']t|could not|can(?:no|')t|can ?not|unable to) (?:be )?f(?:ou|i)nd\b.{0,12}\bpage|"
    r"page (?:you .{0,30})?(?:could ?n.t|could not|cannot|can.t) be found|page (?:does not|doesn.t|no longer) exists?|"
    r"seite .{0,12}(?:gibt es|existiert|ist) (?:leider )?nicht|(?:seite|artikel) (?:ist )?(?:leider )?nicht (?:mehr )?da|"
    r"(?:seite|artikel|inhalt) .{0,20}nicht (?:mehr )?verfügbar)\b",
    re.I,
)
_ERROR_LINE = re.compile(
    r"^\W*(?:(?:http|status)[ -]?)?(?:fehler|error|status)(?:[ -]?(?:code|meldung|nummer|number|nr\.?))?\W{0,3}"
    r"(?:4(?:0[0-9]|10|51)|50[0-4])\b.{0,60}$|^\W*(?:404|410)\W{1,3}.{0,60}$|"
    r"^.{0,80}\b(?:seite|artikel|beitrag|inhalt|adresse|url)\b.{0,40}\b(?:nicht (?:mehr )?(?:gefunden|vorhanden|auffindbar|"
    r"erreichbar|verfügbar|da\b)|existiert (?:leider )?nicht|gibt es (?:leider )?nicht)|"
    r"\b(?:seite|artikel|beitrag|inhalt),? (?:die|den|der|nach (?:der|dem)),? (?:sie|du) (?:\w+ )?(?:such|gesuch|aufruf|"
    r"angeford)|^.{0,80}\b(?:page|article|story|content|url|link)\b.{0,60}\b(?:could ?n.t be found|can.t be found|"
    r"cannot be found|not be found|does ?n.t exist|does not exist|no longer (?:exists?|available)|has been removed)|"
    r"\b(?:page|article|story|content)\b.{0,12}\byou(?: are|.re|r)? (?:\w+ )?(?:looking for|requested|trying to)\b",
    re.I,
)
"""What error pages say below a headline that jokes."""
_FIRST_LINES = 6
_ERROR_NAME = re.compile(r"(?:^|[\s_-])(?:error-?(?:page|404)|page-?404|404-?page|error404|not-?found)(?:$|[\s_-])", re.I)
_CONSENT = re.compile(
    r"mit werbung (?:weiterlesen|lesen|nutzen)|cookie|zustimm|einwillig|consent|datenschutz|tracking|privacy|"
    r"werbefrei|pur-?abo|"
    r"akzeptieren (?:und|&) weiter|accept (?:all|and continue)|partner[n]? (?:verarbeiten|store)|"
    r"personenbezogene daten|personal data|legitimate interest",
    re.I,
)
_WALL_TITLE = re.compile(
    r"mit werbung|pur-?abo|before you continue|bevor sie (?:fortfahren|weitergehen)|"
    r"cookie-?(?:consent|einstellungen|hinweis)|"
    r"your privacy|ihre privatsphäre|privatsphäre-?einstellungen|privacy (?:settings|gate|choices)",
    re.I,
)
_LIVE_TITLE = re.compile(r"live-?\s?(?:blog|ticker|updates?)|newsblog|\bticker\b|live:|\+\+\+.*\+\+\+", re.I)
_GALLERY_PATH = re.compile(
    r"/(?:bilder|fotostrecken?|galler(?:y|ies)|galerie\w*|bildergalerie\w*|photos?|slideshow|fotos)[/-]", re.I
)
_VIDEO_PATH = re.compile(r"/(?:videos?|mediathek|watch|tv)[/-]", re.I)
_LITTLE = 250
"""Code points; a text shorter than this may be the one sentence a wall let through, so all of the page is asked."""
_SEARCH_TITLE = re.compile(
    r"^\W*(?:(?:ihre )?such(?:ergebnisse?|e)\b(?: nach| für)?|search(?: results?)?(?: for)?\s*(?:$|[:\"“„'‘|–-])|"
    r"search results|[\d.,]+ (?:such)?(?:treffer|ergebnisse|results)\b|results for\b|(?:treffer|ergebnisse) für\b)",
    re.I,
)
_SEARCH_PATH = re.compile(r"/(?:suche|search|suchergebnisse?|search-results?|recherche)(?:/|\.\w+)?$", re.I)
_SEARCH_QUERY = frozenset({"q", "query", "s", "suche", "search", "searchterm", "suchbegriff", "keywords", "term"})
_LOG_IN = re.compile(
    r"anmelde\w*|melden sie sich|einloggen|log ?in|log in|sign in|pass(?:wor[dt]|phrase)|kennwort|benutzername|username|"
    r"registrier\w*|regist(?:er|ration)|zugangsdaten|mitglied(?:er|schaft)?|members?(?:hip)?|account|konto|abonnent\w*|"
    r"subscribers?",
    re.I,
)
_MAIL = re.compile(
    r"(?:im browser (?:an(?:sehen|zeigen)|öffnen)|(?:view|open|read) (?:this (?:e-?mail|newsletter) |it )?(?:in|on) "
    r"(?:your|the|a) (?:web )?browser|web-?(?:ansicht|version)|online-?(?:ansicht|version)|"
    r"nicht (?:richtig|korrekt) (?:angezeigt|dargestellt))",
    re.I,
)
_UNSUBSCRIBE = re.compile(r"abbestellen|abmelden|austragen|unsubscribe|manage (?:your )?(?:preferences|subscription)", re.I)
_SHORT = 600
"""Code points; consent and error pages say less about anything else, short news say more."""


def looks_like_html(body: bytes, text: str, content_type: str | None) -> bool:
    """Whether bytes are a web page at all, whatever their header claims; feeds and sitemaps are not."""
    if body.startswith(_BINARY) or not _HTML_TYPES.search((content_type or "").split(";")[0].strip()):
        return False
    head = text[:200_000]
    if head.count("\ufffd") + head.count("\x00") > max(20, len(head) // 20):
        return False
    return bool(_TAG.search(head)) and not _LIST_ROOT.match(head[:5000])


def says_article(stated: Stated) -> bool:
    """og:type article or a JSON-LD article type: accepts 97.5 % of real articles, rejects 8 of 10 sections."""
    return stated.article is not None or any(
        value.strip().lower() in ("article", "news.article", "newsarticle") for value in stated.meta.get("og:type", ())
    )


def failure(
    stated: Stated, title: str | None, text: str, everything: str, status: int, listing: Listing, *, dated: bool = False
) -> str | None:
    """Return ``error_page`` or ``consent`` if the page is one, told by its titles and by how little else it says.

    ``text`` is what was found as the article, ``everything`` all words of the page: a wall often leaves no text at all. An
    error page that recommends other pages (``listing``) may say more, but no more at a stretch than teasers do. What has a
    time (``dated``) is no error page for what stands below its headline.
    """
    if status >= 400:
        return "error_page"
    titles = [name for name in (title, stated.document_title, *_headline_texts(stated)) if name]
    says_error = any(_ERROR_TITLE.match(name.strip()) or _ERROR_ANYWHERE.search(name) for name in titles)
    says_little = len(text) < _SHORT or (listing.headlines >= 3 and listing.run < _DATED_RUN)
    if says_little and not says_article(stated):
        below = [] if dated else text.split("\n\n")[:_FIRST_LINES]
        if says_error or stated.named_error or any(map(_ERROR_LINE.search, below)):
            return "error_page"
    if says_article(stated) and not any(_WALL_TITLE.search(name) for name in titles):
        return None
    said = text if len(text) >= _LITTLE else everything
    words = [match.group().lower() for match in _CONSENT.finditer(said[:4000])]
    dense = len(words) * 40 > min(len(said.split()), 600)
    return "consent" if len(set(words)) >= 3 and dense else None


def _headline_texts(stated: Stated) -> list[str]:
    return [one_line(heading.text_content()) for heading in stated.headings[:3]]


def names_error(tree: HtmlElement) -> bool:
    """Whether the page's outer blocks are called an error page."""
    outer = [tree, *tree.iter("body", "main"), *tree.iterfind("./body/*")]
    return any(_ERROR_NAME.search(f"{e.get('class') or ''} {e.get('id') or ''}") for e in outer[:20])


def names_list(tree: HtmlElement) -> bool:
    """Whether the page's body is called an archive of several posts, as WordPress calls them (its ``body_class``)."""
    body = tree.find("body")
    names = set((body.get("class") or "").lower().split()) if body is not None else set()
    return "archive" in names and not names & {"single", "singular"} and not any(n.startswith("single-") for n in names)


def kind_of_article(stated: Stated, url: str, title: str | None, entries: int, text_length: int) -> ArticleKind:
    """Return which kind of article a page is, once it is known to be one."""
    main = jsonld.types(stated.article) if stated.article is not None else frozenset[str]()
    if "LiveBlogPosting" in main | stated.types or (entries >= 3 and _LIVE_TITLE.search(f"{title or ''} {url}")):
        return "live"
    og_type = (stated.first("og:type") or "").lower()
    path = urlsplit(url).path
    if (
        stated.types & jsonld.GALLERY_TYPES
        or og_type in ("gallery", "image_gallery")
        or (_GALLERY_PATH.search(path) and text_length < 1500)
    ):
        return "gallery"
    if (
        og_type.startswith("video")
        or (stated.types & jsonld.VIDEO_TYPES and stated.article is None)
        or (_VIDEO_PATH.search(path) and stated.types & jsonld.VIDEO_TYPES)
    ) and text_length < 3000:
        return "video"
    return "article"


def medium_of(stated: Stated, url: str) -> Medium | None:
    """Return the video or gallery that a page shows, as far as can be told before its text is read."""
    kind = kind_of_article(stated, url, None, 0, 0)
    if kind == "gallery" or (kind == "video" and is_media_page(stated)):
        return Medium(kind, url)
    return None


def is_media_page(stated: Stated) -> bool:
    """Whether a page is about one video or gallery: og:type says video, or its one media node bears the page's headline."""
    if (stated.first("og:type") or "").lower().startswith("video"):
        return True
    name = fold(jsonld.string(stated.about, "headline", "name") or "")
    titles = [stated.document_title or "", stated.first("og:title") or "", *_headline_texts(stated)]
    return stated.article is None and len(name) > 8 and any(name in fold(title) for title in titles)


def _names(url: str, heading: HtmlElement | None) -> bool:
    """Whether an address spells out the headline, as those of articles do: four of its words and most of all."""
    if heading is None:
        return False
    words = {word for word in re.split(r"[^a-z]+", urlsplit(url).path.lower()) if len(word) > 2}
    said = set(_ascii(heading.text_content()).split())
    return len(words & said) >= _WORDS_OF_A_HEADLINE and len(words & said) * 2 > len(words)


def _ascii(text: str) -> str:
    spelled = fold(text).translate(_UMLAUTS)
    return "".join(char for char in unicodedata.normalize("NFKD", spelled) if char.isascii())


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_WORDS_OF_A_HEADLINE = 4


class Listing(NamedTuple):
    """How far a page is a list: ``headlines`` that link elsewhere, and ``run``, code points of text between two of them."""

    headlines: int
    run: int


def is_section(stated: Stated, url: str, listing: Listing, text: str, *, dated: bool, mail: bool = False) -> bool:
    """Whether the page lists other pages' headlines rather than being one: by its address, its claims and its links.

    ``text`` is what was found as the article, ``dated`` whether a time was found, ``mail`` whether this is a newsletter as
    sent, whose parts are headed and linked as a list's are. A page that says it is an article is one,
    unless its address is a root; so is one that says more at a stretch than any teaser does.
    """
    parts = urlsplit(url)
    at_length = sum(len(line) for line in text.split("\n") if len(line) >= _LONG_PARAGRAPH)
    if parts.path in ("", "/") and not (mail and parts.query):  # some systems tell mails apart by the query alone
        return True
    if mail and len(text) >= _SHORT:
        return False
    if stated.article is not None or is_media_page(stated):
        return False
    if is_search(stated, url) or (stated.named_list and max(listing.run, at_length) < _DATED_RUN):
        return True
    if "ProfilePage" in stated.types and "profile" in stated.meta.get("og:type", ()):  # an author's own page
        return True
    collection = bool(stated.types & jsonld.LIST_TYPES)
    several, many = listing.headlines >= 3, listing.headlines >= 6
    if says_article(stated) or collection:
        return collection and several
    lists = (stated.first("og:type") or "").lower() in ("website", "profile")
    in_place, length = is_listing_path(url), len(text)
    if (listing.run if several else at_length) >= (_DATED_RUN if dated or not several else _ARTICLE_RUN):
        return False
    if not in_place and (at_length >= (_DATED_RUN if dated else _ARTICLE_RUN) or (dated and _names(url, stated.heading))):
        return False
    if many and (in_place or lists or length < 200 * listing.headlines):
        return True
    if in_place and (several or not dated or length < _SECTION_TEXT):
        return True
    return lists and several and length < 1500


def is_search(stated: Stated, url: str) -> bool:
    """Whether a page lists what a search found: two of its address, the question in it, and its titles say so."""
    parts = urlsplit(url)
    asked = any(name.lower() in _SEARCH_QUERY and value for name, value in parse_qsl(parts.query))
    titles = [name for name in (stated.document_title, *_headline_texts(stated)) if name]
    named = any(_SEARCH_TITLE.search(name.strip()) for name in titles)
    return bool(_SEARCH_PATH.search(parts.path)) + asked + named >= 2


def asks_to_log_in(tree: HtmlElement) -> bool:
    """Whether the page has a field for a password, before forms are taken from it."""
    return next(iter(tree.xpath("//input[@type='password']")), None) is not None


def is_log_in(stated: Stated, text: str) -> bool:
    """Whether the text of a page with a password's field speaks of little but logging in and registering."""
    words = [match.group().lower() for match in _LOG_IN.finditer(text[:2000])]
    dense = len(words) * 20 > len(text.split())
    return len(text) < _SHORT and not says_article(stated) and len(set(words)) >= 2 and dense


def is_mail(tree: HtmlElement, words: str) -> bool:
    """Whether a page is a newsletter as it was sent.

    It can be seen in a browser, unsubscribed from, and is laid out as mails are, in tables around tables; a site's own
    pages, which offer newsletters too, have a navigation or a main part.
    """
    if not (_UNSUBSCRIBE.search(words) and _MAIL.search(words)):
        return False
    own = next(tree.iter("nav", "main", "article"), None)
    return own is None and next((True for table in tree.iter("table") for _ in table.iterancestors("table")), False)


_SECTION_TEXT = 200
_LONG_PARAGRAPH = 200
"""Code points; teasers are mostly shorter."""
_ARTICLE_RUN, _DATED_RUN = 1_000, 500
"""Code points at a stretch: excerpts of whole first paragraphs have about 400."""


def listing_of(tree: HtmlElement, stated: Stated) -> Listing:
    """Count distinct headings that link elsewhere, outside of navigation and teaser boxes, and measure what parts them."""
    if stated.article is not None or (says_article(stated) and not stated.types & jsonld.LIST_TYPES):  # nobody asks
        return Listing(0, 0)
    found, run, longest = set(), 0, 0
    for block in tree.iter("h2", "h3", "h4", "p", "div", "td"):
        if block.tag in ("p", "div", "td"):
            run += len(block.text_content() if block.tag == "p" else _own_text(block))
            longest = max(longest, run)
            continue
        link = next(block.iter("a"), None)
        if link is None:
            parent = block.getparent()
            link = parent if parent is not None and parent.tag == "a" else None
        if link is None or not link.get("href") or len(block.text_content().split()) < 3:
            continue
        run = 0
        if not _in_side(block):
            found.add(link.get("href"))
    return Listing(len(found), longest)


def _own_text(block: HtmlElement) -> str:
    """Return the text that stands in a block itself, lines broken by hand included."""
    return one_line(" ".join([block.text or "", *(child.tail or "" for child in block)]))


def _in_side(element: HtmlElement) -> bool:
    return any(parent.tag in ("aside", "nav", "footer") for parent in element.iterancestors())
