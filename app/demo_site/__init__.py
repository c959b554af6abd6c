"""A fictional news site of three titles, for the demo and the tests: every page, person, firm and quote is invented.

``Site`` answers one request purely (same origin, base moment and edition: the same bytes), ``SiteServer`` serves it on
loopback, ``sources(origin)`` describes its titles in the shape of source YAML. Real organisations are named only where
an alert needs them, and nothing said of them is true.

Beside the articles stand, on purpose, the pages that a crawler meets in real life: see ``traps``.
"""

from app.demo_site.server import SiteServer
from app.demo_site.site import Reply, Site
from app.demo_site.sources import sources

__all__ = ["Reply", "Site", "SiteServer", "sources"]
