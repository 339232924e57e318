"""Answers on file are played back for the same question of the same code, and for no other."""

import json
import sys
from types import SimpleNamespace

import pytest

from tests.agreement import recorded
from tests.agreement.recorded import AnswerFiles


@pytest.fixture
def live(tmp_path, monkeypatch):
    """A module of one question, `sums.double`, with the answer to 2 on file; what is asked live."""
    asked = []

    def double(number):
        asked.append(number)
        return number, number

    (tmp_path / "__init__.py").touch()
    (tmp_path / "sums.py").write_text("double = …", encoding="utf-8")
    name = "tests.agreement.questions.sums"
    monkeypatch.setitem(sys.modules, name, SimpleNamespace(double=double))
    recording = files(tmp_path, recorded.RECORDING)
    recording.ask("sums.double", 2)
    recording.write()
    asked.clear()
    return asked


def files(folder, mode="", **versions):
    """As a test finds them: with this mode, and perhaps other versions."""
    return AnswerFiles(folder, folder, mode, {**recorded.versions(), **versions})


def test_a_recorded_answer_is_played_back_and_a_new_question_asked_live(live, tmp_path):
    """Both read alike. Nothing is written, so that a new case needs no recording."""
    there = files(tmp_path)
    assert [there.ask("sums.double", number) for number in (2, 3, 3)] == [[2, 2], [3, 3], [3, 3]]
    assert live == [3, 3]
    assert there.write() == []


@pytest.mark.parametrize("source", ["", "sums.py", "__init__.py"])
@pytest.mark.parametrize("how", [{}, {"keras": "1"}, {"tensorflow": "1"}, {"mode": recorded.LIVE}])
def test_other_code_or_another_version_is_asked_live(live, tmp_path, source, how):
    """Its answer may be another one; code that is shared counts too. On demand all is asked."""
    if source:
        (tmp_path / source).write_text("double = other", encoding="utf-8")
    files(tmp_path, **how).ask("sums.double", 2)
    assert live == ([2] if source or how else [])


@pytest.mark.usefixtures("live")
def test_recording_drops_what_is_no_longer_asked(tmp_path):
    """The file holds the questions of the last recording, sorted."""
    recording = files(tmp_path, recorded.RECORDING)
    for number in (4, 3):
        recording.ask("sums.double", number)
    (path,) = recording.write()
    _, *lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["ask"] for line in lines] == [["double", 3], ["double", 4]]


@pytest.mark.parametrize("module", recorded.modules())
def test_what_is_on_file_was_answered_to_the_code_that_is_here(module):
    """Else all of it would be asked live from now on: `make record-answers` repairs that.

    Every Python finds them: nothing else stands in the file's first line.
    """
    header = recorded.FILES.header(module)
    assert header["code"] == recorded.FILES.origin(module)["code"]
    assert header.keys() == {"code", "keras", "tensorflow"}
