"""What the titles of the demo site are: name, language, time zone, sections, and where their feeds live."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Title:
    """One title of the site; ``sections`` maps a path segment to the name that readers see."""

    id: str
    folder: str
    name: str
    claim: str
    lang: str
    country: str
    tier: str
    zone: str
    sections: dict[str, str] = field(hash=False)
    feed: str | None = None
    feed_kind: str | None = None
    sitemap: str | None = None

    @property
    def home(self) -> str:
        """The path of the home page."""
        return f"/{self.folder}/"

    def section_path(self, section: str) -> str:
        """The path of a section's list page."""
        return f"/{self.folder}/{section}/"


LAGEBOTE = Title(
    id="lagebote",
    folder="de",
    name="Der Lagebote",
    claim="Zeitung für Politik, Wirtschaft und Sicherheit",
    lang="de",
    country="DE",
    tier="general",
    zone="Europe/Berlin",
    sections={"politik": "Politik", "wirtschaft": "Wirtschaft", "technik": "Technik", "panorama": "Panorama"},
    feed="/de/feed.rss",
    feed_kind="rss",
    sitemap="/de/news-sitemap.xml",
)
COURIER = Title(
    id="defence-courier",
    folder="en",
    name="Defence Courier",
    claim="Policy, programmes and people",
    lang="en",
    country="GB",
    tier="trade",
    zone="Europe/London",
    sections={"policy": "Policy", "industry": "Industry", "technology": "Technology", "life": "Life"},
    feed="/en/feed.atom",
    feed_kind="atom",
    sitemap="/en/news-sitemap.xml",
)
KUESTENBLATT = Title(
    id="kuestenblatt",
    folder="kueste",
    name="Küstenblatt",
    claim="Nachrichten aus Karlsmünde und Umgebung",
    lang="de",
    country="DE",
    tier="general",
    zone="Europe/Berlin",
    sections={"hafen": "Hafen", "sport": "Sport"},
)
TITLES = (LAGEBOTE, COURIER, KUESTENBLATT)

# What the layouts print around an article, per language.
LABELS: dict[str, dict[str, str]] = {
    "de": {
        "by": "Von",
        "clock": "Uhr",
        "more": "Mehr zum Thema",
        "top": "Meistgelesen",
        "updated": "Aktualisiert",
        "newsletter": "Der Lagebrief: jeden Morgen kostenlos in Ihrem Postfach. Jetzt anmelden!",
        "cookie": "Wir verwenden Cookies, um die Nutzung dieser Seite zu messen.",
        "accept": "Einverstanden",
        "paywall": "Weiterlesen mit Plus: Testen Sie unser Abo einen Monat lang für 1 Euro.",
        "share": "Teilen",
        "search": "Suche",
        "notice": "Fiktive Demo-Nachrichten. Personen, Firmen und Zitate sind erfunden.",
        "home": "Startseite",
    },
    "en": {
        "by": "By",
        "clock": "",
        "more": "Related stories",
        "top": "Most read",
        "updated": "Updated",
        "newsletter": "The Dispatch: our free morning newsletter. Sign up today!",
        "cookie": "We use cookies to measure how this site is used.",
        "accept": "Accept",
        "paywall": "Subscribe to continue reading: your first month costs one pound.",
        "share": "Share",
        "search": "Search",
        "notice": "Fictional demo news. People, companies and quotes are invented.",
        "home": "Home",
    },
}
