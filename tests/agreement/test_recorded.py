"""Answers on file are played back for the same question of the same code, and for no other."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.agreement import recorded


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A module of one question, `sums.double`, and its files; which numbers were asked live."""
    asked: list[int] = []

    def double(number: int) -> tuple[int, int]:
        asked.append(number)
        return number, number

    (tmp_path / "__init__.py").touch()
    (tmp_path / "sums.py").write_text("double = …", encoding="utf-8")
    monkeypatch.setattr(recorded, "QUESTIONS", tmp_path)
    monkeypatch.setattr(recorded, "ANSWERS", tmp_path)
    monkeypatch.setattr(recorded, "_asked", {})
    monkeypatch.setattr(recorded, "MODE", "")
    name = "tests.agreement.questions.sums"
    monkeypatch.setitem(sys.modules, name, SimpleNamespace(double=double))  # type: ignore[misc]
    return asked


def record(monkeypatch: pytest.MonkeyPatch, *numbers: int) -> None:
    """As `make record-answers` does it, of tests that ask for these."""
    with monkeypatch.context() as patch:
        patch.setattr(recorded, "MODE", recorded.RECORDING)
        patch.setattr(recorded, "_asked", {})
        for number in numbers:
            recorded.ask("sums.double", number)
        recorded.write_answers()
    recorded._recorded.cache_clear()


def test_a_recorded_answer_is_played_back_and_reads_as_a_live_one(live, monkeypatch) -> None:
    """Nothing is asked again."""
    before = recorded.ask("sums.double", 2)
    record(monkeypatch, 2)
    live.clear()
    assert recorded.ask("sums.double", 2) == before == [2, 2]
    assert live == []


def test_a_new_question_is_asked_live_and_nothing_is_written(live, monkeypatch) -> None:
    """So that a new case, and one that was changed, need no recording."""
    record(monkeypatch, 2)
    written = (recorded.ANSWERS / "sums.jsonl").read_text(encoding="utf-8")
    live.clear()
    assert [recorded.ask("sums.double", 3) for _ in range(2)] == [[3, 3]] * 2
    assert live == [3, 3]
    assert (recorded.ANSWERS / "sums.jsonl").read_text(encoding="utf-8") == written


@pytest.mark.parametrize("change", ["code", "shared code", "keras", "tensorflow", "python"])
def test_other_code_or_another_version_is_asked_live(live, monkeypatch, change) -> None:
    """Its answer may be another one."""
    record(monkeypatch, 2)
    live.clear()
    if "code" in change:
        source = "sums.py" if change == "code" else "__init__.py"
        (recorded.QUESTIONS / source).write_text("double = other", encoding="utf-8")
    else:
        origin = {**recorded.origin("sums"), change: "another"}
        monkeypatch.setattr(recorded, "origin", lambda _module: origin)
    recorded.ask("sums.double", 2)
    assert live == [2]


def test_all_is_asked_live_on_demand(live, monkeypatch) -> None:
    """By `make test-live`."""
    record(monkeypatch, 2)
    live.clear()
    monkeypatch.setattr(recorded, "MODE", recorded.LIVE)
    recorded.ask("sums.double", 2)
    assert live == [2]


@pytest.mark.usefixtures("live")
def test_recording_drops_what_is_no_longer_asked(monkeypatch) -> None:
    """The file holds the questions of the last recording, sorted."""
    record(monkeypatch, 2, 1)
    record(monkeypatch, 3, 2)
    _, *lines = (recorded.ANSWERS / "sums.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["ask"] for line in lines] == [["double", 2], ["double", 3]]


@pytest.mark.parametrize("module", recorded.modules())
def test_what_is_on_file_was_answered_to_the_code_that_is_here(module: str) -> None:
    """Else all of it would be asked live from now on: `make record-answers` mends that."""
    assert recorded.header(module)["code"] == recorded.code_of(module)
