"""One daemon thread that runs calls, one after another.

The standard executors wait for their threads when the process ends: a model that hangs would
keep the process alive. And torch keeps its own threads per calling thread, so there is just one.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any


class ModelThread:
    """Runs what `run` is given, in order; started with the first call."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="model", daemon=True)

    def run(self, call: Callable[[], Any]) -> Future[Any]:
        """Hand over `call`; its result or error comes through the future."""
        if not self._thread.is_alive():
            self._thread.start()
        future: Future[Any] = Future()
        self._jobs.put((future, call))
        return future

    def stop(self, patience_s: float) -> None:
        """End after the call that runs now; wait for that at most `patience_s`."""
        if self._thread.is_alive():
            self._jobs.put(None)
            self._thread.join(patience_s)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            _perform(*job)


def _perform(future: Future[Any], call: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001 - a border: whatever a model raises is its caller's
        future.set_exception(error)
    else:
        future.set_result(result)
