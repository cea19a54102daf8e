"""Strangers' pictures on the page *Digits*: never decoded in the dashboard's own process."""

import base64
import csv
import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fp16core.bench.strangers.hostile_pictures import HOSTILE, heic_of_one_tile, jpeg_of_empty_scans, tiff_in_parts
from fp16core.data.mnist import normalise
from fp16core.evaluate.both import BothAnswers
from fp16core.evaluate.comparison import classifiers
from fp16core.evaluate.evaluation import Answers
from fp16core.images import picture_file
from fp16core.images.stages import StageName
from fp16core.reading import gallery as reading_gallery
from fp16core.resident.endings import CallLimits
from fp16core.runs.pair import BUNDLED_NAME, load_pair, pair_name
from fp16core.runs.pair import FIVE_EPOCHS as FIVE_EPOCHS_FOLDER
from fp16core.vocabulary import BusyError, ImageError
from fp16core.worker import decoder
from fp16core.worker.decoder import LIMITS, PictureDecoder
from fp16core.worker.model_host import ModelHost
from pages.digits import pictures
from pages.shared.digit.answer_card import _whole
from pages.shared.server import children, rate_limits
from tests.helpers.apps.driving import component, digits_of, picture, reads, upload, words
from tests.helpers.apps.visits import only
from tests.helpers.apps.your_files import with_pair
from tests.helpers.files.made import file_of
from tests.helpers.places import TestSet, page_file

FIVE_EPOCHS = pair_name(FIVE_EPOCHS_FOLDER)
TIGHT = CallLimits(cpu_s=0.5, wall_s=60, memory_bytes=LIMITS.memory_bytes)
SLOW = jpeg_of_empty_scans(9_000, 10_000, 2_000)
"""Takes seconds, where nobody looks at its structure."""


@pytest.fixture(autouse=True)
def not_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process no file can be decoded."""
    monkeypatch.setattr(picture_file, "_decoded", None)
    monkeypatch.setattr(picture_file, "check_structure", None)


@pytest.fixture
def unbounded(monkeypatch: pytest.MonkeyPatch) -> Iterator[PictureDecoder]:
    """The pages' decoder, with nothing but the limits of its process."""
    opened = PictureDecoder(TIGHT, module="tests.helpers.children.unbounded_decoding")
    monkeypatch.setattr(children, "pictures", lambda: opened)
    yield opened
    opened.close()


def refusals(app: AppTest) -> str:
    return "\n".join(error.value for error in app.error).replace("\\", "")


def test_hostile_files_beside_a_good_one(test_set: TestSet) -> None:
    """The good one is read, each of the others has its message; another visitor's picture is read afterwards."""
    hostile = {
        "strips.tiff": tiff_in_parts(4_000_000),
        "scans.jpg": jpeg_of_empty_scans(9_900, 10_000, 5_000),
        "tiles.heic": heic_of_one_tile((1_024, 1_024), (1_024, 1_024), (15, 17), (1_700, 1_500)),
        "padded.jpg": HOSTILE["JPEG with 19 MB of 0xff"](),
        "texts.png": HOSTILE["PNG with 1,000,000 texts"](),
    }
    app = upload(digits_of("Upload"), *hostile.items(), ("7.png", picture(test_set, 0)))
    assert not app.exception
    assert [line.split(":")[0] for line in refusals(app).splitlines()] == [f"- {name}" for name in hostile]
    assert "strips.tiff: the TIFF is divided into 4,000,000 strips, where at most 50,000 are read" in refusals(app)
    assert reads(app) == ["7", "7"]
    assert reads(upload(digits_of("Upload"), ("2.png", picture(test_set, 1)))) == ["2", "2"]


def test_what_no_bound_foresees_ends_at_the_limits(test_set: TestSet, unbounded: PictureDecoder) -> None:
    app = upload(digits_of("Upload"), ("slow.jpg", SLOW), ("crash.png", b"crash"), ("7.png", picture(test_set, 0)))
    assert not app.exception
    slow, crash = refusals(app).splitlines()
    assert slow.startswith(
        "- slow.jpg: decoding the image takes more than 0.5 seconds of processor time; save it again"
    )
    assert crash.startswith("- crash.png: decoding the image failed, and ended the process that tried")
    assert reads(app) == ["7", "7"]
    pid = unbounded.pid
    app.pills(key="picture-without").set_value([]).run()
    assert reads(app) == ["7", "7"]
    assert unbounded.pid == pid, "what is shown again is not decoded again"


def test_another_visitor_waits_no_longer_than_the_limit(test_set: TestSet, unbounded: PictureDecoder) -> None:
    sentences: list[str] = []

    def attack() -> None:
        try:
            unbounded.open(SLOW, "slow")
        except ImageError as error:
            sentences.append(str(error))

    attacker = threading.Thread(target=attack)
    other = digits_of("Upload")
    attacker.start()
    assert reads(upload(other, ("7.png", picture(test_set, 0)))) == ["7", "7"]
    attacker.join()
    assert "0.5 seconds of processor time" in sentences[0]


def test_a_picture_that_must_wait_is_kept(test_set: TestSet, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> None:
        raise BusyError("Other visitors' pictures have kept this server busy.")

    app = digits_of("Upload")
    with monkeypatch.context() as patch:
        patch.setattr(decoder.PictureDecoder, "open", busy)
        upload(app, ("7.png", picture(test_set, 0)))
    assert "kept this server busy" in refusals(app)
    assert "Still shown" not in words(app)
    app.button(key="go-on").click().run()
    assert reads(app) == ["7", "7"]
    with monkeypatch.context() as patch:
        patch.setattr(decoder.PictureDecoder, "open", busy)
        upload(app, ("2.png", picture(test_set, 1)))
    assert "Still shown: **7.png**." in words(app).replace("\\", "")


def test_a_sideways_picture_is_offered_to_be_turned_and_an_upright_one_is_not(test_set: TestSet) -> None:
    upright = 255 - np.kron(test_set[0][26], np.ones((4, 4), np.uint8))
    app = upload(digits_of("Upload"), ("sideways.png", file_of(np.rot90(upright))))
    assert component(app, "answer_card")["digits"] != ["7"]
    assert "Turned? Read a quarter turn to the right, this is a 7" in words(app)
    app.button(key="turn-it").click().run()
    assert component(app, "answer_card")["digits"] == ["7"]
    assert "Turned?" not in words(app)
    assert "Turned, as offered." in words(app)
    app.button(key="turn-back").click().run()
    assert component(app, "answer_card")["digits"] != ["7"]
    app.button(key="turn-it").click().run()
    app.button(key="turn-left").click().run()
    assert component(app, "answer_card")["digits"] != ["7"]
    assert "Turned? Read a quarter turn to the right, this is a 7" in words(app)
    assert "Turned, as offered." not in words(app)
    assert not app.exception


def test_the_table_its_accuracy_and_its_csv_are_of_the_pair_at_the_top(
    test_set: TestSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Image 18: one epoch reads a 3, five epochs a 5. A later upload mixes no pairs."""
    files = [(f"3 no. {index}.png", picture(test_set, index)) for index in (18, 62)]
    more = ("late.png", picture(test_set, 1))
    tables: list[str] = []
    button = st.download_button

    def recorded(label: str, data: Any, **settings: Any) -> bool:
        if settings.get("file_name") == "digits.csv":
            tables.append(data())
        return bool(button(label, data, **settings))

    monkeypatch.setattr(st, "download_button", recorded)
    app = upload(digits_of("Upload"), *files)
    assert shown(app, tables[-1]) == ["3", "9"]
    assert "float32 **50.00" in words(app)
    with monkeypatch.context() as nothing_is_prepared:
        nothing_is_prepared.setattr(reading_gallery, "prepare_picture", None)
        app.sidebar.selectbox(key="model").select(FIVE_EPOCHS).run()
    assert not app.exception
    images = np.concatenate([each.prepared.images for each in app.session_state["gallery"].readings])
    five_epochs, _ = classifiers(load_pair(FIVE_EPOCHS_FOLDER))
    expected = [str(digit) for digit in five_epochs.logits(normalise(images)).argmax(axis=1)]
    assert shown(app, tables[-1]) == expected == ["5", "9"]
    assert "float32 **0.00" in words(app)
    upload(app, more)
    assert shown(app, tables[-1]) == ["5", "9", "2"]
    fresh = digits_of("Upload")
    fresh.sidebar.selectbox(key="model").select(FIVE_EPOCHS).run()
    upload(fresh, *files, more)
    assert app.dataframe[0].value.equals(fresh.dataframe[0].value)
    assert tables[-1] == tables[-2]


def test_a_visitors_own_pair_reads_the_pictures_again_in_its_confined_process(
    test_set: TestSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[bool, int]] = []
    measure = ModelHost.measure

    def counted(host: ModelHost, function: Callable[..., Any], *arguments: Any) -> Any:
        if function.__name__ == "logits":
            of_target, images = arguments
            asked.append((of_target, len(images)))
        return measure(host, function, *arguments)

    monkeypatch.setattr(ModelHost, "measure", counted)
    app = with_pair(load_pair(FIVE_EPOCHS_FOLDER))
    model = app.sidebar.selectbox(key="model")
    mine = model.value
    model.select(BUNDLED_NAME).run()
    app.switch_page(page_file("digits")).run()
    app.segmented_control(key="source").set_value("Upload").run()
    upload(app, *((f"{index}.png", picture(test_set, index)) for index in (18, 62)))
    assert app.dataframe[0].value["float32 reads"].tolist() == ["3", "9"]
    assert asked == []
    app.sidebar.selectbox(key="model").select(mine).run()
    assert not app.exception
    assert app.dataframe[0].value["float32 reads"].tolist() == ["5", "9"]
    assert asked[:2] == [(False, 2), (True, 2)], "both pictures at once"


def shown(app: AppTest, csv_table: str) -> list[str]:
    """The reference's readings in the table, which are those of its CSV."""
    found: list[str] = app.dataframe[0].value["float32 reads"].tolist()
    assert [row["float32 reads"] for row in csv.DictReader(io.StringIO(csv_table))] == found
    return found


def test_a_row_is_told_in_one_piece_and_its_picture_comes_after_its_reading(test_set: TestSet) -> None:
    app = upload(digits_of("Upload"), ("7.png", picture(test_set, 0)), ("row.png", picture(test_set, *range(4))))
    assert component(app, "answer_card")["whole"] == "Reads 7210"
    assert [*app.dataframe[0].value.columns][:3] == ["file", "float32 reads", "picture"]
    kept = app.session_state["gallery"].readings[-1]
    changed = replace(kept, answers=BothAnswers(kept.answers.reference, Answers(kept.answers.target.logits[::-1])))
    assert _whole(changed) == "Reads 7210, float16: 0127"
    upload(app, ("2.png", picture(test_set, 1)))
    assert component(app, "answer_card")["whole"] == ""


def test_a_refused_picture_names_the_one_that_is_still_shown(test_set: TestSet) -> None:
    app = upload(digits_of("Upload"), ("bad.png", b"text"))
    assert "Still shown" not in refusals(app)
    upload(app, ("bad.png", b"text"), ("*7*.png", picture(test_set, 0)))
    assert "Still shown" not in refusals(app), "it came along with the refused one"
    upload(app, ("blank.png", b"text"))
    assert refusals(app).startswith("- blank.png: ")
    assert refusals(app).endswith("Still shown: ***7*.png**.")
    assert reads(app) == ["7", "7"]
    upload(app, ("2.png", picture(test_set, 1)))
    assert not app.error


def pasted() -> None:
    """A page that takes a pasted picture and a photograph as the browser sends them."""
    import io

    import streamlit as st

    from pages.digits import gallery, pictures

    if "url" in st.session_state:
        st.session_state["paste"] = {"pasted": st.session_state["url"]}
        gallery._pasted()
    else:
        st.session_state["photograph"] = io.BytesIO(st.session_state["taken"])
        gallery._photographed()
    pictures.read_inbox()
    st.text(f"{len(pictures.gallery().pictures)} read; {pictures.gallery().refusals}")


@pytest.mark.parametrize("way", ["paste", "camera"])
def test_pasted_pictures_and_photographs_go_the_same_way(way: str, test_set: TestSet) -> None:
    for data, said in (
        (picture(test_set, 0), "1 read; []"),
        (jpeg_of_empty_scans(9_900, 10_000, 5_000), "0 read; ['"),
    ):
        app = AppTest.from_function(pasted, default_timeout=60)
        if way == "paste":
            app.session_state["url"] = "data:image/png;base64," + base64.b64encode(data).decode()
        else:
            app.session_state["taken"] = data
        app.run()
        assert not app.exception
        assert app.text[0].value.startswith(said)


def test_a_pasted_text_larger_than_any_picture_is_refused_before_it_is_decoded() -> None:
    app = AppTest.from_function(pasted, default_timeout=60)
    app.session_state["url"] = "data:image/png;base64," + "A" * 27_000_000
    app.run()
    assert "the file has 20.2 MB; at most 20 MB are read" in app.text[0].value


@pytest.mark.usefixtures("unbounded")
def test_the_processor_time_of_a_picture_counts_against_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second is 12.5 usual pictures: of fifteen allowed, two more are left after it."""
    monkeypatch.setenv("HALFBITS_HOSTED", "1")
    only(monkeypatch, "picture", 15)
    with pytest.raises(ImageError, match=r"0\.5 seconds"):
        pictures._decode(SLOW, "slow")
    rate_limits.allow("picture")
    rate_limits.allow("picture")
    rate_limits.allow("picture")
    with pytest.raises(BusyError, match="Rate limit for pictures reached"):
        rate_limits.allow("picture")


def test_there_is_one_decoder_for_all_visitors(test_set: TestSet) -> None:
    pids = []
    for index in range(2):
        upload(digits_of("Upload"), ("digit.png", picture(test_set, index)))
        pids.append(children.pictures().pid)
    assert pids[0] is not None
    assert pids[0] == pids[1]


def test_a_picture_is_prepared_and_read_once_in_each_setting(
    test_set: TestSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often the page is drawn; what is kept for it is counted, and gone when the pictures are removed."""
    done: list[str] = []
    for step in ("prepare_picture", "read_picture"):
        usual = getattr(reading_gallery, step)

        def counted(*arguments: Any, step: str = step, usual: Callable[..., Any] = usual, **settings: Any) -> Any:
            done.append(step)
            return usual(*arguments, **settings)

        monkeypatch.setattr(reading_gallery, step, counted)
    once = ["prepare_picture", "read_picture"]
    app = upload(digits_of("Upload"), ("7.png", picture(test_set, 0)))
    assert reads(app) == ["7", "7"]
    assert done == once
    app.run()
    assert done == once
    app.pills(key="picture-without").set_value([StageName.LINES]).run()
    assert done == once * 2
    app.run()
    app.pills(key="picture-without").set_value([]).run()
    assert done == once * 2
    assert not app.exception
    kept = app.session_state["gallery"]
    assert kept.size_bytes > sum(each.size_bytes for each in kept.pictures) + 28 * 28
    app.button(key="remove").click().run()
    assert app.session_state["gallery"].size_bytes == 0
    assert reads(app) == []
