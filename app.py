"""The dashboard as a server, for ``streamlit run app.py``; each visit and each click run ``pages/router.py``."""

import streamlit as st
from starlette.middleware import Middleware

from pages.shared.server import guard
from pages.shared.server.upload_limits import UploadLimits

guard.start()
app = st.App("pages/router.py", middleware=[Middleware(UploadLimits)])
