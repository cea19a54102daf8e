"""The router of Half the Bits, which Streamlit runs on every visit and every click."""

import streamlit as st

from pages.shared.address import links
from pages.shared.frame import browser, casting, moved, sidebar, top, tour
from pages.shared.frame.page_list import OWN, START, TOUR
from pages.shared.server import guard, memory, turns, widget_values
from pages.shared.session import diagnoses, training, trials
from pages.shared.session.measuring import measurements

_ABOUT_NO_PAIR = ("luck", "train", "your_model")  # these pages do not show the active pair

guard.begin_run()
links.begin()
# Before the navigation, whose icons the browser would otherwise fetch from outside.
st.set_page_config(page_title="Half the Bits", page_icon=sidebar.ICON, layout="wide")
st.html(sidebar.LOOK)

story = {
    st.Page(page.file, title=page.name, icon=page.icon, url_path=page.folder, default=page is START): page
    for page in (START, *TOUR, *OWN)
}
tour_pages = [shown for shown, page in story.items() if page in (START, *TOUR)]
own_pages = [shown for shown, page in story.items() if page in OWN]
shown = st.navigation(
    {"The tour": tour_pages, "Your own models": own_pages + moved.moved_pages()},
    expanded=True,
)
if shown not in story:  # a former address, which leads on
    shown.run()
page = story[shown]
st.set_page_config(page_title=f"{page.name} · Half the Bits")
links.leave_out_unusable(shown)
memory.limit_arenas()
with turns.turn():
    trials.collect()
    diagnoses.collect()
    sidebar.show_active_pair()
    tour.present()
    top.show_top(page)
    training.follow(is_shown=page.folder == "train")
    measurements.follow(is_shown=page.folder == "size" and measurements.is_chosen())
    if page.folder not in _ABOUT_NO_PAIR:
        casting.say_if_not_float16()
    # The end of the page is drawn first: a page may stop early, or measure for long.
    body = st.container()
    tour.show_end(page)
    with browser.behaving(page.folder), body:
        shown.run()
    widget_values.tell()
    links.tell()
    memory.settle()
