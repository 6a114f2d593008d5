"""Being asked to end: SIGTERM ends a block as Ctrl-C does, whatever a library makes of it."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator

STOP_SECONDS = 8.0

_is_asked = threading.Event()


class Stopped(KeyboardInterrupt):
    """The system asked this process to end (SIGTERM)."""

    exit_code = 143


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, so that it is recorded and tidied up after."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(number: int, frame: object) -> None:
        _is_asked.set()
        # Being killed does no harm either: tidying up may not take for ever.
        deadline = threading.Timer(STOP_SECONDS, os._exit, [Stopped.exit_code])
        deadline.daemon = True
        deadline.start()
        raise Stopped

    before = signal.signal(signal.SIGTERM, ask)
    try:
        yield
    except Exception as error:
        if stop := stop_behind(error):
            raise stop from error
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
        _is_asked.clear()


def stop_behind(error: BaseException | None) -> KeyboardInterrupt | None:
    """The stop that `error` comes from, if any: a signal met in a library ends as that library's error."""
    if error is None or isinstance(error, KeyboardInterrupt):
        return error
    if _is_asked.is_set():
        return Stopped()
    is_interrupted_query = isinstance(error, RuntimeError) and str(error) == "Query interrupted"  # DuckDB's
    return KeyboardInterrupt() if is_interrupted_query else None
