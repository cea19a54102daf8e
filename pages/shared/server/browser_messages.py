"""Streamlit's own messages on a hosted server: limits on a browser's requests, and on what each browser is told."""

import functools
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import NewSession
from streamlit.runtime.app_session import AppSession

from pages.shared.server import hosted

_ANSWERED = frozenset(
    {"rerun_script", "stop_script", "file_urls_request", "app_heartbeat", "backend_operation_request"}
)
"""Messages that pages need. Of the others, ``clear_cache`` empties all visitors' caches, and ``load_git_info`` tells
the repository, its branch and the names of untracked files."""

_OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})
"""Of a ``backend_operation_request``: what downloads and large tables need. The others write to the server's disk."""

_MARK = "_halfbits_bound"


def bound() -> None:
    """On a hosted server, ignore messages outside `_ANSWERED`, and withhold what no page needs."""
    if not hosted.is_hosted() or hasattr(AppSession, _MARK):
        return
    AppSession.handle_backmsg = _answering(AppSession.handle_backmsg)  # type: ignore[assignment, method-assign]
    AppSession._create_new_session_message = _withholding(  # type: ignore[method-assign]
        AppSession._create_new_session_message
    )
    setattr(AppSession, _MARK, True)


def _answering(handle: Callable[[AppSession, BackMsg], None]) -> Callable[[AppSession, BackMsg], None]:
    @functools.wraps(handle)
    def answer(session: AppSession, message: BackMsg) -> None:
        if not hosted.is_hosted() or _is_answered(message):
            handle(session, message)

    return answer


def _is_answered(message: BackMsg) -> bool:
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in _OPERATIONS
    return kind in _ANSWERED


def _withholding(create: Callable[..., ForwardMsg]) -> Callable[..., ForwardMsg]:
    @functools.wraps(create)
    def tell(*args: Any, **kwargs: Any) -> ForwardMsg:
        message = create(*args, **kwargs)
        if hosted.is_hosted():
            _withhold(message.new_session)
        return message

    return tell


def _withhold(told: NewSession) -> None:
    """Leave out where the server keeps the app, which Python and system it runs on, and its installation's identity.

    Browsers only hash the path together with the identity, to tell two apps apart.
    """
    told.main_script_path = PurePath(told.main_script_path).name
    told.initialize.user_info.Clear()
    version = told.initialize.environment_info.streamlit_version  # a browser reloads the app when it changes
    told.initialize.environment_info.Clear()
    told.initialize.environment_info.streamlit_version = version
