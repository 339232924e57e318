"""Count how well the decoder explains the messages of public threads: `threads.jsonl`.

`python -m tests.bench.decoder` prints a table of verdicts by subject, for the older and the fresh
rows. "certain" counts misleading explanations that claim to be certain. "before" has a person's
judgment of the fresh rows before any change.
"""

from collections import Counter

from lib.shapes import explain_error
from tests.unit.threads import ROWS, VERDICTS, verdict


def counts(rows):
    """Return the number of rows by part and verdict; the part "all" has the sums."""
    found = Counter()
    for row in rows:
        explanation = explain_error(row["text"])
        names = [verdict(row, explanation)]
        if names == ["misleading"] and explanation.confidence == "certain":
            names.append("certain")
        found.update((part, name) for part in (row["part"], "all") for name in names)
    return found


if __name__ == "__main__":
    for title in ("older", "fresh"):
        rows = [row for row in ROWS if ("fresh" in row) == (title == "fresh")]
        found = counts(rows)
        found.update(("before", row["before"]) for row in rows if "before" in row)
        print(f"{title:10}", *(f"{name:>10}" for name in (*VERDICTS, "certain")))
        for part in sorted({part for part, _ in found}):
            print(f"{part:10}", *(f"{found[part, name]:10}" for name in (*VERDICTS, "certain")))
