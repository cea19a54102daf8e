"""The dashboard's server, for ``streamlit run app.py``; every visit and every click runs ``pages/router.py``."""

from fp16core.preflight.checks import check_dashboard

check_dashboard()  # before imports for which a bad environment has only a traceback

import streamlit as st
from starlette.middleware import Middleware

from pages.shared.server import guard
from pages.shared.server.document import Document
from pages.shared.server.upload_gate import UploadGate

guard.start()
app = st.App("pages/router.py", middleware=[Middleware(UploadGate), Middleware(Document)])
