"""The dashboard as a server, for ``streamlit run app.py``; each visit and each click run ``pages/router.py``."""

import streamlit as st

from pages.shared.server import guard

guard.start()
app = st.App("pages/router.py")
