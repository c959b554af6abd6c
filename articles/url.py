"""What a web address is: canonical form, identity, and whose it is.

The canonical form is for identity; pages are asked for by the address as stated. It follows RFC 3986, 6.2.2 (case,
percent-encoding, dot segments) and 6.2.3 (default ports), the WHATWG URL standard for hosts as browsers read them
(IDNA by UTS 46, odd spellings of IPv4), and removes what says only how a reader came to the page.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_plus

import idna

from articles.errors import Wrong

if TYPE_CHECKING:
    import tldextract

LONGEST = 8192
"""Code points; longer than any server accepts (RFC 9110, 4.1 recommends 8000 octets) and not worth a row."""

_PORTS = {"http": 80, "https": 443}
_EDGE = "".join(map(chr, range(0x21))) + "\x7f\x85\xa0\u200b\u2028\u2029\u3000\ufeff"
_DROPPED_INSIDE = re.compile(r"[\t\r\n]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_PARTS = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*):(?://(?P<authority>[^/?#\\]*))?"
    r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?",
    re.DOTALL,
)
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*", re.ASCII)
_PATH_ODD = re.compile(rb"%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/]", re.DOTALL)
_QUERY_ODD = re.compile(rb"%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?]", re.DOTALL)
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
_AMP_PATH = re.compile(r"(?<=[^/])(?:(?:/amp)+(?=/?$)|(?:\.amp)+(?=\.html?$)|(?:\.amp)+$)", re.IGNORECASE)
_AMP_CACHE = re.compile(r"/[a-z]{1,3}/(?P<tls>s/)?(?P<rest>[^/]+\.[^/]+(?:/.*)?)", re.DOTALL)
_AMP_GOOGLE = re.compile(r"/amp/(?P<tls>s/)?(?P<rest>[^/]+\.[^/]+(?:/.*)?)", re.DOTALL)

TRACKER_PREFIXES = (
    *("utm_", "utm.", "wt_", "wt.", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "at_", "itm_", "stm_", "oly_"),
    *("vero_", "fb_action_", "ns_m", "ns_camp", "ns_source", "ns_link", "ns_fee", "guce_", "sara_", "sfmc_", "__hs"),
    "_hs",
)
"""Beginnings of query names that only tell where a reader came from: analytics by Google, Mapp (wt_), Matomo, HubSpot,
AT Internet, comScore (ns_), Adobe, Yahoo (guce_), Salesforce."""

TRACKERS = frozenset(
    """_branch_match_id _ga _gac _gl _openstat __twitter_impression action_object_map action_ref_map
    action_type_map amp_gsa amp_js_v campaign_id ceid cmp cmpid cmp_id cvosrc dclid dicbo ef_id emci emdi epik
    external_click_id fb_ref fb_source fbc fbclid feature_click_id gbraid gclid gclsrc gepc guccounter icid igsh igshid
    ito int_cid li_fat_id linkid mbid mc_cid mc_eid mkt_tok mkwid ml_subscriber ml_subscriber_hash
    mod_click msclkid mtrref ncid nr_email_referer oborigurl ocid outbrain_id partnerid_click rdt_cid s_cid s_kwcid
    sc_campaign sc_channel sc_cid sc_content sc_medium sfnsn share_id smid smtyp spm spref srsltid tblci
    taboola_click_id trk trkcampaign trkinfo ttclid twclid user_email_address vgo_ee wbraid wickedid xing_share xtor
    xtref yclid zanpid __s __tn__ phpsessid jsessionid usqp""".split()  # noqa: SIM905  one word per line would fill two screens
)
"""Query names that are dropped whatever their value: click ids, campaign names, session ids."""

_ORIGINS = frozenset(
    {"rss", "feed", "rssfeed", "atom", "newsletter", "nl", "mail", "email", "share", "twitter", "facebook", "fb"}
    | {"linkedin", "xing", "whatsapp", "telegram"}
)
_ORIGIN_NAMES = frozenset({"ref", "referrer", "partner", "emc", "via", "from", "share", "shared"})
_AMP_QUERY = frozenset({("amp", ""), ("amp", "1"), ("amp", "true"), ("outputtype", "amp"), ("view", "amp"), ("_amp", "")})
_LANDING = frozenset({"index", "default", "home", "start", "startseite"})


class _Parts(NamedTuple):
    scheme: str
    host: str
    port: int | None
    path: str
    query: str
    fragment: str

    def text(self) -> str:
        """Return the address in one piece; raises Wrong if encoding made it too long."""
        port = "" if self.port is None else f":{self.port}"
        query = f"?{self.query}" if self.query else ""
        fragment = f"#{self.fragment}" if self.fragment else ""
        whole = f"{self.scheme}://{self.host}{port}{self.path}{query}{fragment}"
        if len(whole) > LONGEST:
            raise Wrong(f"address longer than {LONGEST} characters: {whole[:80]!r}...")
        return whole


def canonicalise(url: str) -> str:
    """Return the one spelling of an http(s) address that stands for its identity.

    Idempotent, ASCII only. Scheme, ``www.``, a final slash and the order of the query stay, for servers may tell them
    apart. Credentials go. Raises Wrong for anything that is no absolute http(s) address with a possible host.
    """
    parts = _parts(url)
    while inner := _amp_inner(parts):
        try:
            parts = _parts(inner)
        except Wrong:
            break
    return parts.text()


def article_id(canonical: str) -> str:
    """Return the first 16 hex digits of the SHA-256 of a canonical URL (docs/reference.md, an article as JSON)."""
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def fetchable(url: str) -> str:
    """Return the address to ask a server for: as stated, with the host in its one spelling, no credentials, no fragment.

    Raises Wrong like ``canonicalise``; unlike it, the query and path keep their words, trackers and AMP marks too.
    """
    scheme, host, port, path, query, _ = _split(url)
    return _Parts(scheme, host, port, _path(path), _escape(query, _QUERY_ODD), "").text()


def host(url: str) -> str:
    """Return the host of an http(s) address in its one spelling, brackets around IPv6; raises Wrong if there is none."""
    return _split(url).host


def registrable_domain(url: str) -> str:
    """Return the domain that one owner registered (``bbc.co.uk``), or the host itself if it is an address or one word.

    By the public suffix list bundled with tldextract, private suffixes (``github.io``) included; nothing is fetched or
    cached. Raises Wrong for what is no http(s) address.
    """
    return _registered(host(url))


def same_site(one: str, other: str) -> bool:
    """Return whether both are http(s) addresses of one registrable domain."""
    try:
        return registrable_domain(one) == registrable_domain(other)
    except Wrong:
        return False


def is_listing_path(url: str) -> bool:
    """Return whether an address looks like a front page or section by its shape: ``/``, ``/politik/``, ``/news/land/``.

    A query, a digit, a file name other than a landing page, or a last segment of three and more words speaks for an
    article. Raises Wrong for what is no http(s) address.
    """
    parts = _parts(url)
    if parts.query or parts.fragment:
        return False
    segments = [part.lower() for part in parts.path.split("/") if part]
    if segments and segments[-1].partition(".")[0] in _LANDING:
        segments.pop()
    last = segments[-1] if segments else ""
    return not any(c.isdigit() for c in last) and "." not in last and len(re.split("[-_]", last)) < 3


def _parts(url: str) -> _Parts:
    scheme, name, port, path, query, fragment = _split(url)
    kept = f"!{_escape(fragment[1:], _QUERY_ODD)}" if fragment[1:] and fragment[0] == "!" else ""
    return _Parts(scheme, name, port, _settled_path(path), _query(query), kept)


def _split(url: str) -> _Parts:
    """Take an address apart as a browser would; only scheme, host and port are in their final form."""
    if len(url) > LONGEST:
        raise Wrong(f"address longer than {LONGEST} characters: {url[:80]!r}...")
    text = _SURROGATE.sub("\ufffd", _DROPPED_INSIDE.sub("", url)).strip(_EDGE)
    found = _PARTS.fullmatch(text)
    scheme = found["scheme"].lower() if found else ""
    if found is None or scheme not in _PORTS or found["authority"] is None:
        raise Wrong(f"not an absolute http or https address: {url[:200]!r}")
    name, port = _authority(found["authority"], url)
    return _Parts(
        scheme,
        name,
        None if port == _PORTS[scheme] else port,
        found["path"].replace("\\", "/"),
        found["query"] or "",
        found["fragment"] or "",
    )


def _authority(authority: str, url: str) -> tuple[str, int | None]:
    place = authority.rpartition("@")[2]
    found = re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]{0,5}))?", place, re.ASCII)
    if found is None or not found[1]:
        raise Wrong(f"address without a possible host: {url[:200]!r}")
    port = int(found[2]) if found[2] else None
    if port is not None and not 0 < port < 65536:
        raise Wrong(f"no such port: {url[:200]!r}")
    try:
        return _host(found[1]), port
    except ValueError as error:  # idna.IDNAError and ipaddress.AddressValueError are ValueErrors
        raise Wrong(f"address without a possible host: {url[:200]!r} ({error})") from error


@lru_cache(4096)
def _host(stated: str) -> str:
    if stated.startswith("["):
        return f"[{ipaddress.IPv6Address(stated[1:-1].partition('%')[0]).compressed}]"
    name = _unescape(stated)
    if not name.isascii():
        name = idna.uts46_remap(name, std3_rules=False)
        if not name.isascii():
            name = idna.encode(name, uts46=True).decode()
    name = name.lower().removesuffix(".")
    if len(name) > 253 or not _HOST.fullmatch(name):
        raise ValueError("a host name has letters, digits, dots and hyphens")
    return str(_ipv4(name)) if _looks_numeric(name.rpartition(".")[2]) else name


def _unescape(stated: str) -> str:
    if "%" not in stated:
        return stated
    raw = re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), stated.encode())
    return raw.decode()


def _looks_numeric(label: str) -> bool:
    return label.isdecimal() or re.fullmatch(r"0x[0-9a-f]*", label) is not None


def _ipv4(name: str) -> ipaddress.IPv4Address:
    """Read IPv4 as the WHATWG URL standard does: 1 to 4 numbers, each decimal, octal (0) or hexadecimal (0x)."""
    numbers = [_number(part) for part in name.split(".")]
    if len(numbers) > 4 or any(n > 255 for n in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        raise ValueError("not an IPv4 address")
    value = numbers[-1] + sum(n * 256 ** (3 - place) for place, n in enumerate(numbers[:-1]))
    return ipaddress.IPv4Address(value)


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if len(part) > 1 and part.startswith("0") else int(part)


def _escape(text: str, odd: re.Pattern[bytes]) -> str:
    """Give percent-encoding its normal form: unreserved characters plain, hex upper case, everything odd encoded."""

    def normal(found: re.Match[bytes]) -> bytes:
        if found[1] is None:
            return b"%%%02X" % found[0][0]
        byte = int(found[1], 16)
        return bytes([byte]) if byte in _UNRESERVED else b"%%%02X" % byte

    return odd.sub(normal, text.encode()).decode()


def _path(path: str) -> str:
    return _without_dots(_escape(path, _PATH_ODD)) or "/"


def _settled_path(path: str) -> str:
    """Drop session ids and AMP marks until nothing changes, for what is left may be a dot segment or a mark again."""
    settled, before = _path(path), ""
    while settled != before:
        before, settled = settled, _without_dots(_AMP_PATH.sub("", _SESSION.sub("", settled))) or "/"
    return settled


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4, on a path that begins with a slash or is empty."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _query(query: str) -> str:
    parts = (re.sub(r"^(?:amp;)+", "", _escape(part, _QUERY_ODD)) for part in query.split("&"))
    return "&".join(part for part in parts if part and not _is_tracker(part))


def _is_tracker(part: str) -> bool:
    name, _, value = (unquote_plus(side).casefold() for side in part.partition("="))
    return (
        name in TRACKERS
        or name.startswith(TRACKER_PREFIXES)
        or (name in _ORIGIN_NAMES and value in _ORIGINS)
        or (name, value) in _AMP_QUERY
    )


def _amp_inner(parts: _Parts) -> str | None:
    """Return the publisher's address that an AMP cache or Google's viewer shows, else None."""
    if parts.host.endswith(".cdn.ampproject.org"):
        found = _AMP_CACHE.fullmatch(parts.path)
    elif parts.host.startswith("www.google."):
        found = _AMP_GOOGLE.fullmatch(parts.path)
    else:
        found = None
    if found is None:
        return None
    return f"http{'s' if found['tls'] else ''}://{found['rest']}{'?' if parts.query else ''}{parts.query}"


@cache
def _suffixes() -> tldextract.TLDExtract:
    import tldextract  # it brings an HTTP client: a third of a second for commands that ask for no domain

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@lru_cache(4096)
def _registered(name: str) -> str:
    found = _suffixes().extract_str(name)
    if found.suffix or ":" in name or name.replace(".", "").isdecimal():
        return found.top_domain_under_public_suffix or name
    return ".".join(name.split(".")[-2:])  # the list's own rule for a suffix it does not know
