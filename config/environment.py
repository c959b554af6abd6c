"""How the environment overrides the desk's settings: LAGEBILD_<NAME>, lists with commas."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import get_origin

from pydantic import ValidationError

from config.mistakes import Mistake, of_model
from config.models import Settings
from config.yaml_places import parse

PREFIX = "LAGEBILD_"


def from_environment(settings: Settings, env: Mapping[str, str]) -> tuple[Settings, list[Mistake]]:
    """Return the settings with the environment's values over them, and what is wrong with those.

    An empty variable counts as unset. Other variables with the prefix are not ours to judge: a desk may name the one that
    holds a channel's secret so.
    """
    values = settings.model_dump()
    mistakes: list[Mistake] = []
    for name, field in Settings.model_fields.items():
        variable = PREFIX + name.upper()
        text = env.get(variable, "").strip()
        if not text:
            continue
        many = get_origin(field.annotation) is tuple
        value = [part.strip() for part in text.split(",") if part.strip()] if many else text
        try:
            Settings.model_validate({name: value})
        except ValidationError as error:
            nowhere = parse("", Path(variable))
            mistakes += [
                Mistake(found.message, field=variable) for found in of_model(error, Settings, nowhere, (), variable)
            ]
        else:
            values[name] = value
    return Settings.model_validate(values), mistakes
