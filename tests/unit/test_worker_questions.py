"""Questions to a worker: answered in a thread beside its loop, or refused in a sentence."""

from __future__ import annotations

import threading
from dataclasses import replace

from lib.results.run import Status
from lib.training.messages import Answer, Ask, Cancel
from lib.training.timing import USUAL
from tests.unit.desk import Desk
from tests.waiting import PATIENCE


def test_a_question_is_answered(desk: Desk) -> None:
    """Its function is called with the arguments that came, and what it returns goes back."""
    assert desk.ask("double", number=21).values == {"double": 42}


def test_a_run_goes_on_while_a_question_is_answered() -> None:
    """To its end, where the answer takes that long."""
    over = threading.Event()
    desk = Desk(answers={"end": lambda: {"over": over.wait(PATIENCE)}})
    desk.send(Ask("q", "end", {}))
    desk.start("one")
    assert desk.find_over("one").status is Status.FINISHED
    over.set()
    assert desk.find(lambda m: isinstance(m, Answer)).values == {"over": True}
    desk.close()


def test_a_question_without_an_answer_says_why(desk: Desk) -> None:
    """The function's sentence, the error where it breaks, or the names where there is none."""
    assert desk.ask("double", number=-1).error == "expected a number of 0 or more, received -1."
    assert "TypeError" in desk.ask("double", figure=1).error
    assert desk.ask("triple").error == "No question is called 'triple': ['double']."


def test_a_question_that_is_cancelled_while_it_waits_is_not_answered() -> None:
    """Its function isn't called; those around it are answered."""
    may_end, called = threading.Event(), list[int]()

    def note(number: int) -> dict[str, int]:
        assert may_end.wait(PATIENCE)
        called.append(number)
        return {}

    desk = Desk(answers={"note": note})
    for number in range(3):
        desk.send(Ask(f"{number}", "note", {"number": number}))
    desk.send(Cancel("1"))
    desk.send(Cancel("unknown"))
    desk.send(Ask("no", "such", {}))  # its answer says that the commands before it were taken
    assert desk.find(lambda m: isinstance(m, Answer)).question_id == "no"
    may_end.set()
    assert desk.find(lambda m: isinstance(m, Answer) and m.question_id == "2")
    assert called == [0, 2]
    desk.close()


def test_waiting_questions_are_bounded() -> None:
    """One more than that is refused, with the limit."""
    desk = Desk(timing=replace(USUAL, max_questions=0))
    assert desk.ask("double", number=1).error.startswith("At most 0 questions may wait")
    desk.close()
