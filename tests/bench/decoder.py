"""Count how well the decoder explains the messages of public threads: `threads.jsonl`.

`python -m tests.bench.decoder` prints a table of verdicts by subject, for the rows that the
explanations were written for and for the fresh rows. The last line has a person's judgment of the
fresh rows before any change. The column "certain" counts misleading explanations that claim to be
certain.
"""

from collections import Counter

from lib.shapes import explain_error
from tests.unit.threads import ROWS, VERDICTS, verdict

COLUMNS = (*VERDICTS, "certain")


def counts(rows):
    """Return the number of rows by part and column; the part "all" has the sums."""
    found = Counter()
    for row in rows:
        explanation = explain_error(row["text"])
        names = [verdict(row, explanation)]
        if names == ["misleading"] and explanation.confidence == "certain":
            names.append("certain")
        found.update((part, name) for part in (row["part"], "all") for name in names)
    return found


def main():
    """Print a table for the older rows and one for the fresh rows."""
    for title, is_fresh in (("older", False), ("fresh", True)):
        found = counts([row for row in ROWS if row.get("fresh", False) == is_fresh])
        print(f"{title:12}" + "".join(f"{name:>12}" for name in COLUMNS))
        for part in sorted({part for part, _ in found}, key=lambda part: (part == "all", part)):
            print(f"{part:12}" + "".join(f"{found[part, name]:12}" for name in COLUMNS))
    before = Counter(row["before"] for row in ROWS if "before" in row)
    print(f"{'before':12}" + "".join(f"{before[name]:12}" for name in VERDICTS))


if __name__ == "__main__":
    main()
