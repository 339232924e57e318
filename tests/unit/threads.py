"""Error messages from public threads with their real causes, and verdicts on explanations.

Keys of a row in threads.jsonl: `source` is the thread's address, `part` the subject, and `text` the
pasted message without prose and paths; a cut message stays cut. `cause` is what was really wrong.
It was found by an "answer", a "maintainer", or from the "code" and shapes in the thread, if they
allow only this cause (`found_by`). A right meaning matches one of the regular expressions
`expected`, and the first meaning none of `misleads`. The fix matches `fix`. An explanation that is
too general, but not wrong, matches `direction`. `fresh` rows were judged by a person `before` the
decoder was changed for them.

Rows were chosen by searching for symptoms and wordings of 2015 to 2026, in the order of the search
results, if the cause was certain; at most three of the same wording and cause.
"""

import json
import re
from pathlib import Path

ROWS = [
    json.loads(line)
    for line in Path(__file__).with_suffix(".jsonl").read_text("utf-8").splitlines()
]
VERDICTS = ("first", "hedged", "thin", "misleading", "unknown")
_CHECKS = re.compile(r"(print|help|assert)\b|#(?! pip)|\Z")


def verdict(row, explanation):
    """Return one of VERDICTS.

    "first": the first meaning is the cause, and its fix changes something. "hedged": so is a later
    meaning. "thin": a meaning is the cause, but its code only checks something, or its fix isn't
    the row's; or the explanation has only the row's direction.
    A meaning counts with its condition, fix and code. What happened counts only if there is one
    meaning: otherwise it is true of all meanings, and the conditions name the causes.
    """
    if explanation is None:
        return "unknown"
    single = len(explanation.meanings) == 1
    texts = [
        " ".join([explanation.happened if single else "", each.condition, each.fix, each.code])
        for each in explanation.meanings
    ]
    right = [_matches(row["expected"], text) for text in texts]
    right[0] &= not _matches(row.get("misleads", []), f"{explanation.happened} {texts[0]}")
    helps = [_changes(row, each) for each in explanation.meanings]
    solved = [one and other for one, other in zip(right, helps, strict=True)]
    if any(solved):
        return "first" if solved[0] else "hedged"
    is_thin = any(right) or _matches(row.get("direction", []), " ".join(texts))
    return "thin" if is_thin else "misleading"


def _matches(patterns, text):
    return any(re.search(pattern, text, re.I) for pattern in patterns)


def _changes(row, meaning):
    """Whether the fix is the row's, or, if the row has none, more than a check."""
    if "fix" in row:
        return _matches([row["fix"]], f"{meaning.condition} {meaning.fix} {meaning.code}")
    return not all(_CHECKS.match(line) for line in meaning.code.splitlines())
