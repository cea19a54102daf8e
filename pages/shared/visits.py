"""Whether a visitor is still there."""

from collections.abc import Callable

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx


def presence() -> Callable[[], bool]:
    """A function for any thread that tells whether this page's visitor still has it open."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():  # a test, without a server
        return lambda: True
    server, session_id = runtime.get_instance(), context.session_id
    return lambda: bool(server.is_active_session(session_id))
