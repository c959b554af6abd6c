"""What the alerts of a desk ask for: each query checked and lowered to a plan, under the hash of its wording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from articles.errors import Wrong
from config.desk import Desk
from config.models import Alert
from language.query_lower import QueryContext, lower
from language.query_parse import QueryError, parse
from language.query_plan import Plan


@dataclass(frozen=True, slots=True)
class CompiledAlert:
    """An alert that can be matched; ``version`` is the hash of its config that every match names."""

    alert: Alert
    plan: Plan
    version: str

    @property
    def title(self) -> str:
        """The title people read, the id if the alert has none."""
        return self.alert.title or self.alert.id


def compile_alerts(
    alerts: Iterable[Alert], context: QueryContext, versions: Mapping[str, str], desk: Desk | None = None
) -> tuple[CompiledAlert, ...]:
    """Check and lower every enabled alert's query, strictly.

    ``versions`` maps an alert's id to its hash in the ledger (missing: the empty string, as in the filters).
    Raises Wrong naming every alert at fault, one a line, with file and line where ``desk`` knows them.
    """
    compiled, faults = [], []
    for alert in alerts:
        if not alert.enabled:
            continue
        try:
            compiled.append(compile_alert(alert, context, versions.get(alert.id, "")))
        except QueryError as error:
            faults.append(_fault(alert, error, desk))
    if faults:
        raise faults[0] if len(faults) == 1 else Wrong("\n".join(str(fault) for fault in faults))
    return tuple(compiled)


def compile_alert(alert: Alert, context: QueryContext, version: str) -> CompiledAlert:
    """Lower one alert; raises QueryError with the position in the query."""
    parsed = parse(alert.query, strict=True, names=context.names)
    if parsed.query is None:
        raise QueryError("the query is empty", 0)
    return CompiledAlert(alert, lower(parsed.query, context), version)


def _fault(alert: Alert, error: QueryError, desk: Desk | None) -> Wrong:
    file, line = desk.where("alert", alert.id) if desk else (None, None)
    return Wrong(f"{error}\n{error.pointer(alert.query)}", file=file, line=line, field=f"alerts.{alert.id}.query")
