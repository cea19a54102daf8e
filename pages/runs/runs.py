"""Runs: all kept training runs, to compare, name, use, download and delete."""

import streamlit as st

from fp16core.evaluate.run_results import bundled_result, run_result
from pages.runs import actions, table
from pages.shared.address import links
from pages.shared.session import state
from pages.shared.session.store import store

with state.explained():
    kept = store()
    runs, skipped, overfull = kept.runs(), kept.skipped(), kept.overfull()
    bundled = bundled_result(table.bundled_logit_delta())
results = {run.name: run_result(run) for run in runs}

if not runs:
    links.miss_if_asked("run")
    links.miss_if_asked("compare")
    actions.show_failure()
    st.markdown(
        "No runs yet. Each training run is kept here with its models, its log and everything needed to repeat it; "
        "runs can be compared, and any one can be shown on all pages."
    )
    st.page_link("train/train.py", label="Train one", icon=":material/model_training:")
else:
    st.markdown(table.answer(list(results.values())))
    table.overview(runs, results)
    table.limits(kept, runs, overfull)

    with st.container(border=True):
        st.header("Side by side", anchor="compare")
        chosen = table.choose_several([*results, bundled.name])
        if len(chosen) < 2:
            st.caption("Choose two or more to see what differs between them.")
        else:
            table.side_by_side([results.get(name, bundled) for name in chosen])

    with st.container(border=True):
        st.header("One run", anchor="run")
        actions.one_run(runs)

if skipped:
    table.show_skipped(skipped)
