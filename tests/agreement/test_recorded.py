"""Answers on file are played back for the same question of the same code, and for no other."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.agreement import recorded
from tests.agreement.recorded import AnswerFiles


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A module of one question, `sums.double`; which numbers were asked live."""
    asked: list[int] = []

    def double(number: int) -> tuple[int, int]:
        asked.append(number)
        return number, number

    (tmp_path / "__init__.py").touch()
    (tmp_path / "sums.py").write_text("double = …", encoding="utf-8")
    name = "tests.agreement.questions.sums"
    monkeypatch.setitem(sys.modules, name, SimpleNamespace(double=double))  # type: ignore[misc]
    return asked


def files(folder: Path, mode: str = "", **versions: str) -> AnswerFiles:
    """As a test finds them: with this mode, and perhaps other versions."""
    return AnswerFiles(folder, folder, mode, {**recorded.versions(), **versions})


def record(folder: Path, *numbers: int) -> str:
    """As `make record-answers` does it, of tests that ask for these; the text of the file."""
    recording = files(folder, recorded.RECORDING)
    for number in numbers:
        recording.ask("sums.double", number)
    (path,) = recording.write()
    return path.read_text(encoding="utf-8")


def test_a_recorded_answer_is_played_back_and_reads_as_a_live_one(live, tmp_path) -> None:
    """Nothing is asked again."""
    before = files(tmp_path).ask("sums.double", 2)
    record(tmp_path, 2)
    live.clear()
    assert files(tmp_path).ask("sums.double", 2) == before == [2, 2]
    assert live == []


def test_a_new_question_is_asked_live_and_nothing_is_written(live, tmp_path) -> None:
    """So that a new case, and one that was changed, need no recording."""
    written = record(tmp_path, 2)
    live.clear()
    there = files(tmp_path)
    assert [there.ask("sums.double", 3) for _ in range(2)] == [[3, 3]] * 2
    assert live == [3, 3]
    assert there.write() == []
    assert (tmp_path / "sums.jsonl").read_text(encoding="utf-8") == written


@pytest.mark.parametrize("source", ["sums.py", "__init__.py"])
def test_other_code_is_asked_live(live, tmp_path, source) -> None:
    """Its answer may be another one; code that is shared counts too."""
    record(tmp_path, 2)
    live.clear()
    (tmp_path / source).write_text("double = other", encoding="utf-8")
    files(tmp_path).ask("sums.double", 2)
    assert live == [2]


@pytest.mark.parametrize("package", ["keras", "tensorflow"])
def test_another_version_is_asked_live(live, tmp_path, package) -> None:
    """Its answer may be another one."""
    record(tmp_path, 2)
    live.clear()
    files(tmp_path, **{package: "another"}).ask("sums.double", 2)
    assert live == [2]


@pytest.mark.usefixtures("live")
def test_recording_drops_what_is_no_longer_asked(tmp_path) -> None:
    """The file holds the questions of the last recording, sorted."""
    record(tmp_path, 2, 1)
    _, *lines = record(tmp_path, 3, 2).splitlines()
    assert [json.loads(line)["ask"] for line in lines] == [["double", 2], ["double", 3]]


@pytest.mark.parametrize("module", recorded.modules())
def test_what_is_on_file_was_answered_to_the_code_that_is_here(module: str) -> None:
    """Else all of it would be asked live from now on: `make record-answers` mends that.

    Every Python finds them: nothing else stands in the file's first line.
    """
    header = recorded.FILES.header(module)
    assert header["code"] == recorded.FILES.origin(module)["code"]
    assert header.keys() == {"code", "keras", "tensorflow"}
