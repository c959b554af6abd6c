"""Which sources are on: those whose file says so, and the groups the desk switches on by tier, country and language."""

from __future__ import annotations

from collections.abc import Mapping

from config.models import Source, SourceGroups


def switch_on(sources: Mapping[str, Source], groups: SourceGroups) -> dict[str, Source]:
    """Return the sources with ``enabled`` as the desk wants it: ``off`` wins over a group, a group over the file."""
    return {id_: source.model_copy(update={"enabled": _is_on(source, groups)}) for id_, source in sources.items()}


def _is_on(source: Source, groups: SourceGroups) -> bool:
    if source.id in groups.off:
        return False
    return source.enabled or _is_in(source, groups)


def _is_in(source: Source, groups: SourceGroups) -> bool:
    """Whether a source fits every list that is given; without any list there is no group."""
    fits = []
    if groups.tiers:
        fits.append(source.tier in groups.tiers)
    if groups.countries:
        fits.append(source.country in groups.countries)
    if groups.languages:
        fits.append(any(language in groups.languages for language in source.languages))
    return bool(fits) and all(fits)
