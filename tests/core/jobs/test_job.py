"""Jobs in processes of their own: TensorFlow's converter, stopped, orphaned, without TensorFlow."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fp16core.convert.quantizer import quantize_tflite
from fp16core.convert.to_keras import rebuild_keras
from fp16core.data.mnist import normalise
from fp16core.evaluate.comparison import Comparison
from fp16core.jobs.job import Job
from fp16core.jobs.spec import Limits
from fp16core.lab.conversions import read_one_weight, with_first_weight
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.vocabulary import ModelFileError
from fp16core.worker.conversion import MODULE, request_for, target_of
from tests.helpers.children.processes import PATIENCE_S, is_alive, own_module, without_tensorflow
from tests.helpers.networks.oracles import LOGIT_TOLERANCE
from tests.helpers.places import ROOT, TestSet

pytestmark = pytest.mark.slow

KEY = "conv_2d.kernel"


@pytest.mark.tensorflow
def test_the_rebuilt_network_computes_what_the_file_does(
    pair: ModelPair, comparison: Comparison, test_set: TestSet
) -> None:
    logits = rebuild_keras(pair.reference).predict(normalise(test_set[0][:500]), verbose=0)
    assert np.abs(logits - comparison.reference.logits[:500]).max() < LOGIT_TOLERANCE


def test_a_float16_file_is_no_network_to_rebuild(pair: ModelPair) -> None:
    with pytest.raises(ModelFileError, match=r"half\.tflite is not the tutorial's network in float32 .*DEQUANTIZE"):
        rebuild_keras(ModelFile(pair.target.contents, "half.tflite"))


@pytest.mark.tensorflow
def test_the_converter_clamps_a_weight_of_70000(pair: ModelPair, test_set: TestSet) -> None:
    """Seen from outside: the answer of a real conversion. The quantizer's infinity is in test_rounding."""
    job = Job(MODULE, request_for(with_first_weight(pair.reference, KEY, 70_000).contents))
    job.wait(PATIENCE_S)
    assert job.error is None
    assert job.answer is not None
    assert job.done == 1.0
    target = ModelFile(target_of(job.answer))
    kernel = target.graph.weights()[KEY].values
    assert kernel.flat[0] == np.float16(65504)
    before = pair.target.graph.weights()[KEY].values
    assert np.array_equal(kernel.ravel()[1:], before.ravel()[1:])
    outcome = read_one_weight(target, KEY, test_set[0][0])
    assert (outcome.stored, outcome.dtype, outcome.unusable_logits) == (65504.0, "float16", 0)
    quantized = quantize_tflite(with_first_weight(pair.reference, KEY, 70_000))
    outcome = read_one_weight(quantized, KEY, test_set[0][0])
    assert (outcome.stored, outcome.unusable_logits, outcome.prediction) == (np.inf, 10, -1)


@pytest.mark.tensorflow
def test_a_job_is_stopped_within_a_second_and_leaves_no_process(pair: ModelPair) -> None:
    job = Job(MODULE, request_for(pair.reference.contents))
    while job.what == "starting" and job.is_running:
        time.sleep(0.05)
    assert is_alive(job._child.pid)
    start = time.monotonic()
    job.stop()
    job.wait(PATIENCE_S)
    assert time.monotonic() - start < 1
    assert job.error == "Stopped."
    assert job.answer is None
    assert not is_alive(job._child.pid)


@pytest.mark.tensorflow
def test_a_job_does_not_outlive_a_killed_server() -> None:
    program = (
        "import sys, time\nfrom fp16core.jobs.job import Job\nfrom fp16core.worker.conversion import *\n"
        "from fp16core.runs.pair import load_pair\njob = Job(MODULE, request_for(load_pair().reference.contents))\n"
        "while job.what == 'starting': time.sleep(0.05)\nprint(job._child.pid, flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        child = int(server.stdout.readline())
        assert is_alive(child)
        server.kill()
    deadline = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(child)


def test_without_tensorflow_a_job_says_what_to_install(
    pair: ModelPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_tensorflow(tmp_path, monkeypatch)
    job = Job(MODULE, request_for(pair.reference.contents))
    job.wait(PATIENCE_S)
    assert job.answer is None
    assert job.error is not None
    assert "TensorFlow is not installed" in job.error
    assert "pip install -r requirements.txt" in job.error


def test_a_job_that_breaks_gives_its_last_words() -> None:
    job = Job(MODULE, {})
    job.wait(PATIENCE_S)
    assert job.answer is None
    assert job.error == "The process ended with status 1: KeyError: 'reference'"
    missing = Job("fp16core.worker.absent", {})
    missing.wait(PATIENCE_S)
    assert missing.error is not None
    assert "No module named fp16core.worker.absent" in missing.error


def test_what_libraries_print_does_not_spoil_the_answer() -> None:
    program = (
        "import os\nfrom fp16core.jobs.serve import serve\n"
        "def work(request, client):\n"
        "    print('chatter'); os.write(1, b'native chatter'); client.progress('half', 0.5)\n"
        "    return {'twice': 2 * request['number']}\n"
        "serve(work)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert child.stdin is not None
    assert child.stdout is not None
    with child:
        child.stdin.write(b'{"request": {"number": 21}, "attachments": []}\n')
        child.stdin.flush()
        lines = [json.loads(line) for line in child.stdout]
    assert lines == [{"progress": ["half", 0.5]}, {"answer": {"twice": 42}}]


def test_attachments_arrive_and_messages_come_back_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "for part in client.attachments: client.tell(length=len(part), last=part[-1])\nreturn {'got': request['n']}"
    messages: list[dict[str, Any]] = []
    parts = [b"\n{}\n\x00", bytes(300_000) + b"\x07"]
    job = Job(own_module(tmp_path, monkeypatch, body), {"n": 2}, parts, on_message=messages.append)
    job.wait(PATIENCE_S)
    assert (job.answer, job.error) == ({"got": 2}, None)
    assert messages == [{"length": 5, "last": 0}, {"length": 300_001, "last": 7}]


@pytest.mark.parametrize("known", ["", "/somewhere/else"])
def test_a_job_finds_its_module_where_python_ignores_the_working_directory(
    known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    monkeypatch.setenv("PYTHONPATH", known)
    job = Job("fp16core.worker.trial.trial", {})
    job.wait(PATIENCE_S)
    assert job.error is not None
    assert job.error.startswith("The process ended with status 1: KeyError")


def test_a_job_that_takes_too_long_is_ended_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(own_module(tmp_path, monkeypatch, "time.sleep(600)"), {}, limits=Limits(seconds=1))
    job.wait(PATIENCE_S)
    assert job.error == "Ended: it took longer than the limit of 1 seconds."
    assert not is_alive(job._child.pid)


def test_a_job_that_takes_too_much_memory_is_ended_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = own_module(tmp_path, monkeypatch, "kept = b'x' * 400_000_000\ntime.sleep(600)")
    job = Job(module, {}, limits=Limits(memory_bytes=300_000_000))
    job.wait(PATIENCE_S)
    assert job.error is not None
    assert re.fullmatch(r"Ended: it used [34]\d\d MB of memory; the limit is 300 MB\.", job.error)


def test_a_job_that_is_refused_memory_is_ended_by_the_limit_and_not_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(own_module(tmp_path, monkeypatch, "raise MemoryError"), {}, limits=Limits(memory_bytes=300_000_000))
    job.wait(PATIENCE_S)
    assert job.error == "Ended: it needed more than the limit of 300 MB of memory."
    assert not job.was_refused


@pytest.mark.parametrize("line", ["not json", "[1]", '{"progress": 1}', "null"])
def test_a_job_that_answers_nonsense_is_ended_and_says_so(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = f"client._channel.write({line!r} + chr(10))\ntime.sleep(600)"
    job = Job(own_module(tmp_path, monkeypatch, body), {})
    job.wait(PATIENCE_S)
    assert job.error == "Ended: it answered with what cannot be read."
    assert not is_alive(job._child.pid)


def test_a_job_that_crashes_or_refuses_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crashed = Job(own_module(tmp_path, monkeypatch, "os.kill(os.getpid(), signal.SIGSEGV)"), {})
    crashed.wait(PATIENCE_S)
    assert crashed.error == "The process crashed (SIGSEGV): it left no message"
    assert not crashed.was_refused
    body = "from fp16core.vocabulary import ImageError\nraise ImageError('Too blurred.')"
    refused = Job(own_module(tmp_path, monkeypatch, body), {})
    refused.wait(PATIENCE_S)
    assert (refused.error, refused.was_refused) == ("Too blurred.", True)


def test_an_answer_cut_off_in_the_middle_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = 'client._channel.write(\'{"answer": {"n"\')\nclient._channel.flush()\nos.kill(os.getpid(), signal.SIGKILL)'
    job = Job(own_module(tmp_path, monkeypatch, body), {})
    job.wait(PATIENCE_S)
    assert job.answer is None
    assert job.error == "The process was ended from outside by SIGKILL: it left no message"


def test_a_job_killed_from_outside_names_the_signal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(own_module(tmp_path, monkeypatch, "os.kill(os.getpid(), signal.SIGKILL)"), {})
    job.wait(PATIENCE_S)
    assert job.error == "The process was ended from outside by SIGKILL: it left no message"


def test_a_job_gives_way_to_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own niceness, and on Linux that of its session, by which the processor is shared first."""
    body = (
        "from pathlib import Path\ngroup = Path('/proc/self/autogroup')\n"
        "return {'own': os.nice(0), 'group': group.read_text() if group.exists() else ''}"
    )
    job = Job(own_module(tmp_path, monkeypatch, body), {})
    job.wait(PATIENCE_S)
    assert job.answer is not None
    assert job.answer["own"] == 19
    assert job.answer["group"] == "" or job.answer["group"].endswith("nice 19\n")
