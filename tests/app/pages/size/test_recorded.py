"""Recorded hardware on *Size and speed* through Streamlit's test driver: what ships, a folder's, a visitor's own."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fp16core.recordings.gallery import ENVIRONMENT_VARIABLE, SHIPPED, all_recordings
from pages.shared.server import hosted
from pages.shared.session.measuring.measurements import OWN_GPU, PHONE
from pages.shared.ui.inert import inert
from pages.size.recorded.pasted import MOST
from tests.helpers.apps.driving import errors, visit, words

pytestmark = pytest.mark.usefixtures("cold_caches")

HOSTILE = "![zqx](http://zqx.example/x) <img src=x> www.zqx.example :smile: $x$"


def glance(app: AppTest | None = None) -> AppTest:
    """The section with recordings, which opens first."""
    app = visit("size") if app is None else app
    app.segmented_control(key="size-view").set_value("Speed and accuracy").run()
    assert not app.exception
    return app


def hardware(app: AppTest) -> list[str]:
    (table,) = app.table
    return [str(cell) for cell in table.value["hardware"]]


def document(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SHIPPED / "h200-xeon.json").read_text())
    return found | changes


def paste(app: AppTest, text: str) -> AppTest:
    app.text_area(key="pasted-recording").set_value(text)
    next(button for button in app.button if button.label == "Show it").click()
    app.run()
    assert not app.exception
    return app


def test_each_recorded_device_has_a_row_and_one_recording_is_there_in_full() -> None:
    app = glance()
    rows = app.table[0].value.set_index("hardware")
    (gpu,) = (row for name, row in rows.iterrows() if str(name).startswith("**NVIDIA H200**"))
    assert gpu["float16 arithmetic"] == inert("real: 5 of 10,000 answers change")
    assert gpu["predicted bit for bit"].startswith("**yes** with 10 or 100 images at once")
    assert gpu["speed-up by it"].startswith("digits: none measurable  \nwide: 1\\.52×")
    assert "little to compute" in words(app)
    chosen = next(title for title in app.selectbox(key="recording").options if title.startswith("NVIDIA H200"))
    app.selectbox(key="recording").select(chosen).run()
    assert not app.exception
    said = words(app).replace("\\", "")
    assert "Recorded on 26 November 2026 on this hardware" in said
    assert "- on the processor: **all logits**, with fused multiply-adds in float16, from the bias on" in said
    assert "NVIDIA 580" in said
    assert "with float32 arithmetic of the same file, timed in turns in one process" in said
    assert list(app.dataframe[0].value["answers changed"])[-1] == "5 of 10,000"
    assert list(app.dataframe[0].value["accuracy"])[-1] == "96.12 %"


def test_a_pasted_recording_is_for_this_visit_alone_inert_and_decides_nothing() -> None:
    app = glance()
    shipped = hardware(app)
    hostile = document(pair=HOSTILE)
    hostile["processor"]["name"] = HOSTILE
    hostile["modes"][2]["sums"][0]["way"] = HOSTILE
    hostile["modes"][4]["adapter"]["name"] = hostile["modes"][4]["timed_on"]["name"] = HOSTILE
    hostile["noted"][0]["network"] = HOSTILE
    paste(app, json.dumps(hostile))
    assert len(hardware(app)) == len(shipped) + 2
    assert all(inert(HOSTILE) in cell and "pasted" in cell for cell in hardware(app)[:2])
    app.selectbox(key="recording").select("pasted 1").run()
    said = words(app)
    assert said.count(inert(HOSTILE)) >= 5
    assert HOSTILE not in said
    assert hardware(glance()) == shipped, "another visitor sees nothing of it"
    assert "zqx" not in words(app.switch_page("claims/claims.py").run())
    glance(app.switch_page("size/size.py").run())
    next(button for button in app.button if button.key == "forget-recordings").click().run()
    assert hardware(app) == shipped


def test_what_is_no_recording_costs_a_sentence_and_only_the_last_are_kept() -> None:
    app = paste(glance(), '{"format": 1')
    assert errors(app)[0].startswith(inert("The pasted text is no JSON"))
    assert errors(paste(app, "  "))[0].startswith("There is nothing to show")
    shipped = len(hardware(app))
    for day in range(1, MOST + 3):
        paste(app, json.dumps(document(day=f"2026-10-0{day}")))
    assert not app.error
    assert len(hardware(app)) == shipped + 2 * MOST
    assert f"{MOST + 2} October 2026" in hardware(app)[0]


def test_a_folder_of_the_server_adds_its_recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.json").write_text(json.dumps(document(day="2026-10-01")))
    (tmp_path / "broken.json").write_text("{")
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path))
    app = glance()
    assert sum("from this server" in cell for cell in hardware(app)) == 2
    assert inert("broken.json is no JSON") in words(app)


def test_a_hosted_server_does_not_tell_where_its_recordings_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "/srv/zqx/recordings")
    (refused,) = all_recordings().refused
    assert "/srv/zqx" in hosted.shown(refused)
    monkeypatch.setattr(hosted, "is_hosted", lambda: True)
    assert "zqx" not in hosted.shown(refused)
    assert ENVIRONMENT_VARIABLE in hosted.shown(refused)


def test_recordings_of_another_pair_say_so_and_decide_nothing() -> None:
    app = visit("claims")
    assert "on NVIDIA H200, 26 November 2026: in float16" in words(app)
    other = next(name for name in app.selectbox(key="model").options if "Five epochs" in name or "five" in name.lower())
    app.selectbox(key="model").select(other).run()
    assert "NVIDIA H200" not in words(app)
    glance(app.switch_page("size/size.py").run())
    assert all("other models" in cell for cell in hardware(app))
    assert "it decides nothing about this pair" in words(app)


def test_the_table_of_phones_is_named_as_from_sources_and_leads_to_the_visitors_own_gpu() -> None:
    app = glance()
    app.segmented_control(key="runtimes-section").set_value(PHONE).run()
    assert "**From sources, not measured here**" in words(app)
    links = [link.proto for link in app.get("page_link")]
    assert any(OWN_GPU in link.label and "Your+own+GPU" in link.query_string for link in links)
