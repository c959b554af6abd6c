"""When, and where, does a pass run? The only room that knows Prefect; importing it silences Prefect's telemetry."""

from flows import quiet

quiet.silence()
