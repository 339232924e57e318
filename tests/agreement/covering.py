"""Rows of settings that combine each value of a setting with each value of every other setting."""

from itertools import combinations, product


def pairs(row):
    """Return the pairs of a row's values, each value with its place: {((0, "a"), (1, "b"))}."""
    return {*combinations(enumerate(row), 2)}


def covering(rows, axes):
    """Return the rows, with new rows for all pairs of values of two axes that no row has."""
    rows = [tuple(row) for row in rows]
    places = range(len(axes))
    missing = {
        ((i, a), (j, b)) for i, j in combinations(places, 2) for a, b in product(axes[i], axes[j])
    }
    missing = missing.difference(*map(pairs, rows))
    while missing:
        chosen = dict(min(missing, key=str))  # the values of a new row, by place
        for place in places:
            if place not in chosen:
                counts = {}  # the number of missing pairs with the chosen values, by value
                for value in axes[place]:
                    new_pairs = [sorted([(place, value), other]) for other in chosen.items()]
                    counts[value] = sum(tuple(pair) in missing for pair in new_pairs)
                chosen[place] = max(counts, key=counts.__getitem__)
        rows.append(tuple(chosen[place] for place in places))
        missing -= pairs(rows[-1])
    return rows
