"""Rasa's graph of components, run one after the other in an order that is worked out once.

Rasa has dask plan each of the three runs of a message anew, though the graph never changes, which costs more than our policies do.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Dict, List, Optional

from rasa.core import processor
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner


def own() -> None:
    """Let agents that are made from now on run their model in this way."""
    processor.DaskGraphRunner = InOrder  # type: ignore[misc]


class InOrder(DaskGraphRunner):
    """Rasa's own runner in everything but `run`."""

    def run(self, inputs: Optional[Dict[str, Any]] = None, targets: Optional[List[str]] = None) -> Dict[str, Any]:
        """What the target nodes give for these inputs. Raises what Rasa's own raises."""
        wanted = tuple(targets or self._graph_schema.target_names)
        done: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        try:
            for name in self._order(wanted):
                # Rasa's nodes take the bare name of what is not there, and say so.
                done[name] = self._instantiated_nodes[name](*(done.get(need, need) for need in self._graph_schema.nodes[name].needs.values()))
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
        return dict(done[name] for name in wanted)

    def _order(self, wanted: Sequence[str]) -> Sequence[str]:
        """All nodes that the wanted ones need, each after those that it needs itself."""
        known: dict[Sequence[str], Sequence[str]] = self.__dict__.setdefault("_orders", {})
        if wanted not in known:
            order: dict[str, None] = {}

            def put(name: str) -> None:
                node = self._graph_schema.nodes.get(name)
                if node is not None and name not in order:
                    for need in node.needs.values():
                        put(need)
                    order[name] = None

            for name in wanted:
                put(name)
            known[wanted] = tuple(order)
        return known[wanted]
