"""The dashboard's server, for ``streamlit run app.py``; every visit and every click runs ``pages/router.py``."""

import streamlit as st

from pages.shared.server import guard

guard.start()
app = st.App("pages/router.py")
