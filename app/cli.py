"""Every command: each module registers its own as it is imported, and none imports a room before its command runs."""

from app.commands import (
    alerts_commands,
    demo_command,
    filters,
    passes,
    reading,
    sources_commands,
    upkeep,
)
from app.shell import cli

__all__ = ["alerts_commands", "cli", "demo_command", "filters", "passes", "reading", "sources_commands", "upkeep"]
