"""Which lines of a found text are none of it? Credits, contacts, promotions, repeated quotes, and a release's tail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from extract.authors import AGENCIES
from extract.titles import fold

_CREDIT = re.compile(
    r"^(?:\W*(?:foto|fotos|bild|bilder|photo|photos|image|picture|credit|grafik|graphic|video|illustration|quelle|"
    r"source|copyright)s?\s*(?:\(c\)|:|by\b|©)|©|\(c\)|\(foto:|\(photo:)[^\n]{0,160}$",
    re.I,
)
_PROMO_LINE = re.compile(
    r"^\W*(?:lesen sie (?:auch|hier|dazu|mehr|jetzt)|lesen sie:|mehr (?:zum thema|lesen)|"
    r"mehr dazu(?:\W*$|\W*:|\s+(?:lesen|hier|finden|erfahren|hören|sehen|in|im|auf|bei))|weiterlesen|"
    r"jetzt weiterlesen|auch interessant|das könnte sie auch|"
    r"empfohlener (?:externer|redaktioneller) inhalt|externer inhalt|anzeige$|werbung$|advertisement$|newsletter|"
    r"jetzt abonnieren|abonnieren sie|"
    r"melden sie sich|hier klicken|zum thema:?$|zur startseite|nach oben|artikel (?:teilen|drucken|hören|merken|"
    r"vorlesen)|teilen$|drucken$|share this|share on|"
    r"read (?:more|also|next)\b|also read|more on this|more from|related(?: articles?| stories| content)?:?$|"
    r"recommended(?: for you| stories)?:?$|most (?:read|popular)|"
    r"sign up (?:for|to)|subscribe(?: now| to)|click here|follow (?:us|him|her|\w+) on|"
    r"(?:join|get) our (?:\w+ ){0,2}(?:newsletters?|communit\w+|mailing|lists?|channels?|groups?|app|emails?|updates?|"
    r"whatsapp|telegram|readers|best|latest)|"
    r"you (?:may|might) also like|see also:?|watch:|listen:|"
    r"skip (?:to|past)|this article (?:was|is) originally|kommentare?$|comments?$|alle rechte vorbehalten|"
    r"original-content von:|"
    r"all rights reserved|tags?:|schlagworte?:|themen:|"
    r"mit ihrer (?:zustimmung|einwilligung) (?:wird|werden)|(?:.{0,60}[:.!] )?folgen sie uns (?:auf|bei)|"
    r"keine? (?:update|news|nachricht)(?:s|en)? mehr verpassen|"
    r"sign up with your|we respect your privacy|.{0,160}(?:jetzt|hier) (?:kostenlos )?"
    r"(?:bestellen|abonnieren|anmelden)[.!]?$|.{0,160}in (?:ihr|dein)(?:em|en)? postfach\b|.{0,160}to your inbox\b)",
    re.I,
)
_PROMO_LENGTH = 220
_INITIALS = re.compile(r"^[(/](?P<who>[a-zäöü]{2,4})(?:/[a-zäöü]{2,4})*\)?$")
"""An author's sign below the text; an agency's stays, because it says where the text comes from."""
_BYLINE = re.compile(r"^(?:von|by|text:|autor:|author:)\s+[^\W\d_][^\n.!?]{2,80}$", re.I)
_DATE_LINE = re.compile(
    r"^(?:stand|veröffentlicht|erstellt|aktualisiert|zuletzt aktualisiert|published|updated|last updated|"
    r"posted)?(?: am| on)?\W*"
    r"(?:(?:mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|fri|sat|sun)\w*[.,]?\s+)?(?:\d{1,2}[. ]\s?(?:\d{1,2}\.|"
    r"[^\W\d_]{3,9}\.?,?)\s?\d{4}|[^\W\d_]{3,9}\.? \d{1,2},? \d{4}|\d{4}-\d{2}-\d{2})"
    r"[^\n]{0,40}$",
    re.I,
)
_READING_TIME = re.compile(
    r"^\W*(?:lesezeit|lesedauer|reading time)?\W*(?:\d+|ein|one)\s*(?:min\b|min\.|minuten?|"
    r"minutes?)\s*(?:lesezeit|lesedauer|read|reading time)?\W*$",
    re.I,
)
_EDGE = 4
"""Title, byline and date lines are dropped among the first blocks only, bylines and credits also at the end."""


_CAPTION = re.compile(
    r"^.{10,280}\W(?:(?:foto|photo|bild|image|grafik|picture|credit)s?\s*(?::|by\b|©)\s*|©\s*|\(c\)\s+)"
    r"(?:\b[A-Z]\.|[^.!?]){2,50}$",
    re.I,
)
"""A caption that ends in its credit; a sentence ends in a stop."""
_CONTACT_LINE = re.compile(
    r"^\W*(?:(?:telefon|tel|phone|mobile?|handy|(?:tele)?fax|e-?mail|mail|web(?:site)?|internet|url)\b\s*[.:]?\s*)?"
    r"(?:\+?[\d(][\d ()/.–-]{6,25}|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S+)\W*$",
    re.I,
)
_COUNT_LINE = re.compile(
    r"^\W*[\d.,]+\s*(?:k\s)?\s*(?:reads?|views?|shares?|comments?|aufrufe|kommentare|leser)\W*$"
    r"|^(?:(?:bild|foto|image|photo|picture|slide)\s*)?\d{1,3}\s*(?:/|von|of)\s*\d{1,3}$"
    r"|^(?:\[[^\]\n]{2,40}\]\s*){1,6}$"
    r"|^(?:presse|medien)?(?:mitteilung|information)\s*(?:nr\.?\s*)?\d[\d/-]*$",
    re.I,
)
"""How often a page was read, which picture this is of how many, buttons in brackets, a release's number."""
_NOTICE = re.compile(
    r"(?:does not|do not|doesn.t) (?:take|hold) (?:any )?institutional (?:positions?|views?)|"
    r"\b(?:expressed|authors?.?|contributors?.?)\b.{0,120}(?:do|does) not (?:reflect|represent)|"
    r"(?:do|does) not necessarily (?:reflect|represent)|"
    r"^(?:the )?(?:views|opinions) expressed\b|represents? the (?:views|opinions) of (?:its|the) authors?|"
    r"^\W*(?:if |did |have |should |when )?(?:you |you.ve )?"
    r"(?:notice|spot(?:ted)?|found|find|see) an? (?:error|mistake|typo)\b|"
    r"^\W*(?:haben sie )?(?:einen )?fehler (?:gefunden|entdeckt|melden)\W*[?!]|^\W*fehler melden\W*$|"
    r"(?:mail|newsletter) nicht (?:richtig|korrekt) (?:angezeigt|dargestellt)|"
    r"^(?:newsletter )?im browser (?:ansehen|anzeigen|öffnen)|"
    r"^(?:view|open|read) .{0,30}in (?:your|the|a) (?:web )?browser|"
    r"gibt (?:nicht (?:notwendig|unbedingt).{0,30}|(?:ausschließlich|allein) )?die (?:persönliche )?"
    r"(?:meinung|ansicht) (?:der|des) (?:autor|verfasser)|^(?:@\w{4,20}\s*\{)",
    re.I,
)
"""What an institute says about opinions, a site about its errors, and an entry for a bibliography."""
_NOTICE_LENGTH = 350
_CREW = re.compile(
    r"^\W*(?:mitarbeit|unter mitarbeit von|mit material von|additional reporting(?: by)?|interview|protokoll)"
    r"\s*:?\s+[^.!?]{4,80}\.?$|"
    r"^(?:das|dieses) (?:gespräch|interview) (?:führten?|führte für)\b.{3,80}$|^die fragen stellten?\b.{3,80}$|"
    r"^(?:links? zum (?:artikel|thema)|reply to this email)\b.{0,80}$",
    re.I,
)
_LIVES = (
    r"(?:ist|war|is|was|arbeitet|schreibt|berichtet|leitet|lehrt|forscht|has|writes?|covers?|teaches|serves|edits|leads|"
    r"reports|works|promovierte|studierte)\b"
)
_BIO = re.compile(
    r"^(?:(?:prof|dr)\.\s+)*(?:[A-ZÄÖÜ][\w.'’-]+\s+){2,4}(?:ist|war|is|was) (?:(?:the|an?|der|die|eine?|a senior|senior|"
    r"non-?resident|the former|(?:seit .{2,30})) ?)*(?:\w+ ){0,3}(?:author of (?=[“„\"‘‚«»])|fellow (?:at|of|in|with)|"
    r"(?:staff )?(?:writer|reporter)|"
    r"correspondent|columnist|analyst at|researcher at|professor (?:at|of|für)|autorin|autor|korrespondent(?:in)?|"
    r"redakteur(?:in)?|wissenschaftliche[rn]? mitarbeiter(?:in)?)\b"
)
_AFTER_NAME = re.compile(_LIVES)
_BIO_LENGTH = 600
_SIGN = re.compile(r"^[A-ZÄÖÜ]{2,4}$")
_TAIL = re.compile(
    r"^\W*(?:(?:cautionary (?:statement|note).{0,60})?forward[- ]looking statements?\b.{0,60}|zukunftsgerichtete aussagen|"
    r"disclaimer|haftungsausschluss|safe harbou?r(?: statement)?|"
    r"(?:media|press|investor|presse|medien)[- ]?(?:relations )?(?:contacts?|kontakte?|enquiries|inquiries|office|stelle)"
    r"\b.{0,60}|"
    r"ansprechpartner(?:in)?\b.{0,40}|(?:for )?(?:more|further|additional) information\W*|kontakte?|contacts?|"
    r"(?-i:SOURCE\s+[A-Z]).{2,80}|quelle\s*:\s*.{2,60}|view original (?:content|release)\b.{0,300}|"
    r"notes? (?:to|for) (?:the )?editors?|hinweise? (?:an|für) (?:die )?redaktion(?:en)?|# ?# ?#|- ?ends? ?-|"
    r"zitier(?:hinweis|vorschlag|weise)\b.{0,20}|(?:suggested|recommended) citation\b.{0,20}|how to cite\b.{0,40}|"
    r"cite this\b.{0,20}|"
    r"about the (?:company|firm)|über das unternehmen)\W*$|"
    r"^\(?(?:additional )?(?:reporting|writing|editing) by (?-i:[A-Z]).{3,250}$|^our standards\s*:",
    re.I,
)
"""Lines after which a press release or an agency's report is over."""
_PERSON = re.compile(r"^\W*(?:zur person|about the authors?|über (?:den autor|die autor(?:in|en)))\W*$", re.I)
"""Heads a portrait, which interviews also have amid their questions: there no more than a portrait follows."""
_ABOUT = re.compile(r"^\W*(?:about|über)\s+(?:the |die |das |den )?(?P<name>[^\W\d_][\w&.’'-]+)[^?!]{0,50}$", re.I)
_TAIL_SHARE, _TAIL_FROM = 0.5, 3
"""A tail is at most half of all that was found, and at least so many lines stand before it."""
_QUOTE = (4, 250)
"""A pulled quote's least words and most code points."""
_RUN, _ENOUGH = 3, 0.7
_MOST_PARAGRAPHS = 500
"""Up to so many lines are compared with one another; no article has more, and the work grows with their square."""


def without_tail(lines: list[str]) -> list[str]:
    """Return the lines before a release's boilerplate begins: firm, outlook, contact, source, an agency's desk."""
    whole, before = sum(map(len, lines)), 0
    for index, line in enumerate(lines):
        if index >= _TAIL_FROM and before >= (1 - _TAIL_SHARE) * whole and len(line) <= 320:
            after = lines[index + 1] if index + 1 < len(lines) else ""
            if _PERSON.match(line) and sum(map(len, lines[index + 1 :])) <= _BIO_LENGTH:
                return lines[:index]
            if _TAIL.match(line) or ((about := _ABOUT.match(line)) and _tells_of(about["name"], after)):
                return lines[:index]
        before += len(line)
    return lines


def _tells_of(name: str, paragraph: str) -> bool:
    """Whether the paragraph under "About Name" begins with that name: so do portraits of firms, and no report does."""
    return len(paragraph) > len(name) and name.casefold() in paragraph[: len(name) + 5].casefold()


def without_pulled(lines: list[str]) -> list[str]:
    """Return the lines without quotes pulled out of another paragraph, and without the name that stands below each."""
    if len(lines) > _MOST_PARAGRAPHS:
        return lines
    folded = [fold(line) for line in lines]
    gone: set[int] = set()
    for index, line in enumerate(lines):
        after = lines[index + 1] if index + 1 < len(lines) else ""
        named = bool(after) and len(after) <= 70 and after[-1] not in '.!?:“”"'
        if len(line) > _QUOTE[1] or not (named or line[0] in "„“”»«\"'‚‘"):
            continue
        source = _quoted_in(folded[index].split(), [text for at, text in enumerate(folded) if at != index])
        if source is None:
            continue
        gone.add(index)
        name = folded[index + 1].split() if named else []
        if len(name) > 1 and (" ".join(name[:2]) in source or fold(after.split(",")[0]) in " ".join(folded[:index])):
            gone.add(index + 1)
    return [line for index, line in enumerate(lines) if index not in gone]


def _quoted_in(words: Sequence[str], others: Sequence[str]) -> str | None:
    """Return the longer text that holds most runs of three words of a quote, parted by "she said" or not."""
    if len(words) < _QUOTE[0]:
        return None
    runs = [" ".join(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)]
    for text in others:
        likely = len(text) > sum(map(len, words)) and (runs[0] in text or runs[-1] in text)
        if likely and sum(run in text for run in runs) >= _ENOUGH * len(runs):
            return text
    return None


def _is_about_the_page(line: str) -> bool:
    """Whether a line is a credit, a contact, a promotion or a notice, wherever it stands."""
    if len(line) > _NOTICE_LENGTH:
        return False
    if len(line) <= _PROMO_LENGTH and (_PROMO_LINE.match(line) or _CREDIT.match(line) or _READING_TIME.match(line)):
        return True
    return bool(_CONTACT_LINE.match(line) or _COUNT_LINE.match(line) or _CAPTION.match(line) or _NOTICE.search(line))


def _is_of_the_author(line: str, words: str, names: set[str]) -> bool:
    """Whether a line at the end of a text tells who its author is, or who helped."""
    if _CREW.match(line):
        return True
    if len(line) > _BIO_LENGTH:
        return False
    return bool(_BIO.match(line)) or any(
        words.startswith(name) and _AFTER_NAME.match(words[len(name) + 1 :]) for name in names
    )


def filter_lines(lines: list[str], titles: Iterable[str | None] = (), authors: tuple[str, ...] = ()) -> list[str]:
    """Drop lines that repeat one of the titles, bylines, dates, credits and promotions, and lines that came before."""
    kept: list[str] = []
    seen: set[str] = set()
    title_words, names = {fold(title) for title in titles if title}, {fold(name) for name in authors}
    for index, line in enumerate(lines):
        words = fold(line)
        at_edge = len(kept) < _EDGE or index >= len(lines) - _EDGE
        if not words or (len(line) > 40 and words in seen):
            continue
        if _is_about_the_page(line):
            continue
        if at_edge and (words in title_words or words in names or _BYLINE.match(line) or _DATE_LINE.match(line)):
            continue
        if at_edge and (sign := _INITIALS.match(line)) and sign["who"] not in AGENCIES:
            continue
        at_end = index >= len(lines) - _EDGE and len(kept) >= _TAIL_FROM
        if at_end and (_is_of_the_author(line, words, names) or (_SIGN.match(line) and line.lower() not in AGENCIES)):
            continue
        seen.add(words)
        kept.append(line)
    return without_tail(without_pulled(kept))
