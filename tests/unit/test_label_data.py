"""Datasets of labels: tasks follow independent rules, and texts of a table become classes."""

import numpy as np
import pandas as pd
import pytest

from lib.data import (
    LABEL_TASKS,
    Table,
    WindowError,
    class_numbers,
    default_columns,
    make_dataset,
    options_of,
    read_upload,
    settle,
    suggested,
)
from lib.data.labels import label_dataset
from lib.data.tables.windows import make_windows
from lib.experiment import DataSettings, Experiment
from lib.results import independent_samples
from tests.unit.test_datasets_synthetic import run_source

PADDINGS = ("none", "after", "before")


def made(name, **changes):
    """Return a dataset, with 4,096 samples if the number can be chosen."""
    return make_dataset(suggested(name).set(N=4096, **changes))


def real_steps(dataset):
    """Return the mask (N, T), or ones if nothing is padded."""
    return np.ones(dataset.y.shape[:2], bool) if dataset.mask is None else dataset.mask


def tags_of(text):
    """Return the tags of a text after each symbol, found by deleting pairs of brackets."""
    for end in range(1, len(text) + 1):
        left = text[:end].replace("a", "")
        while "()" in left:
            left = left.replace("()", "")
        yield "broken" if ")" in left else "open" if left else "balanced"


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("T", [2, 9, 40])
def test_a_parser_finds_the_tags_of_brackets(T, padding):
    """Each tag is at 1 in 6 of all steps or more, and no real step is zero."""
    dataset = made("brackets", T=T, F=4, padding=padding)
    mask, tags = real_steps(dataset), np.array(dataset.classes)[class_numbers(dataset.y)]
    assert (dataset.x[..., :3].sum(axis=-1) == mask).all()
    for x, real, tag in zip(dataset.x[:200], mask, tags, strict=False):
        text = "".join("()a"[step[:3].argmax()] for step in x[real])
        assert [*tags_of(text)] == tag[real].tolist()
    assert min((tags[mask] == tag).mean() for tag in dataset.classes) > 1 / 6


@pytest.mark.parametrize("name", LABEL_TASKS)
def test_padded_steps_are_zeros_of_the_first_class(name):
    """Lengths are T/4 to T; the real steps come first, or last."""
    for padding in PADDINGS[1:]:
        dataset = made(name, T=24, padding=padding)
        mask, lengths = dataset.mask, dataset.mask.sum(axis=1)
        assert (lengths.min(), lengths.max()) == (6, 24)
        assert not dataset.x[~mask].any()
        assert not class_numbers(dataset.y)[~mask].any()
        assert mask[:, 0 if padding == "after" else -1].all()
        ends = lengths - 1 if padding == "after" else np.full(len(mask), 23)
        assert dataset.last_step.tolist() == ends.tolist()
    assert made(name, padding="none").mask is None


def exact_posteriors(name, dataset, noise):
    """Return the probabilities of classes given the inputs so far, (N, T, C), without the mask."""
    count = len(dataset.classes)
    rest = noise / count + (1 - noise) * np.eye(count)  # probabilities by the class before noise
    if name == "brackets":
        letters = np.where(dataset.x[..., :3].any(axis=-1), dataset.x[..., :3].argmax(axis=-1), 2)
        texts = ["".join("()a"[letter] for letter in text) for text in letters]
        numbers = [[dataset.classes.index(tag) for tag in tags_of(text)] for text in texts]
        return rest[np.array(numbers)]
    signal = np.where(np.abs(dataset.x[..., 0]) > 0.75, np.sign(dataset.x[..., 0]), 0)
    has_begun = (signal != 0).cumsum(axis=1) > 0
    first = signal[np.arange(len(signal)), (signal != 0).argmax(axis=1)]
    return np.where(has_begun[..., None], rest[(first < 0).astype(int)][:, None], 1 / count)


@pytest.mark.parametrize("name", LABEL_TASKS)
@pytest.mark.parametrize("noise", [0.0, 0.4])
@pytest.mark.parametrize("padding", PADDINGS)
def test_the_best_accuracy_and_loss_are_those_of_the_exact_posterior(name, noise, padding):
    """They agree at each step within five standard errors."""
    dataset = made(name, T=12, noise=noise, padding=padding)
    mask, labels = real_steps(dataset), class_numbers(dataset.y)
    posterior = exact_posteriors(name, dataset, noise)
    of_label = np.take_along_axis(posterior, labels[..., None], axis=-1)[..., 0]
    is_best = posterior >= posterior.max(axis=-1, keepdims=True)
    right = np.take_along_axis(is_best / is_best.sum(-1, keepdims=True), labels[..., None], -1)
    for best, scores in (
        (dataset.best_accuracy, right[..., 0]),
        (dataset.best_loss, -np.log(np.maximum(of_label, 1e-9))),
    ):
        for t in range(12):
            known = scores[mask[:, t], t]
            assert abs(known.mean() - best[t]) < 1e-9 + 5 * known.std() / np.sqrt(len(known))


@pytest.mark.parametrize("name", LABEL_TASKS)
def test_a_label_task_runs_in_a_script(name):
    """Noise 1 makes all classes equally likely."""
    experiment = suggested(name).set(noise=1.0, N=4096, padding="after")
    dataset, (x, labels, mask) = run_source(LABEL_TASKS[name], experiment)
    assert np.array_equal(dataset.x, x.astype(np.float32))
    assert np.array_equal(class_numbers(dataset.y), labels)
    assert np.array_equal(dataset.mask, mask)
    assert dataset.best_accuracy == pytest.approx(1 / len(dataset.classes))
    shares = np.bincount(labels[mask]) / mask.sum()
    assert shares == pytest.approx(1 / len(dataset.classes), abs=0.03)


def test_baselines_predict_the_most_frequent_class_and_the_last_label():
    """At each step, and for the ends, probabilities equal shares that are counted in a loop."""
    dataset = made("brackets", T=4, padding="after")
    labels, train, last = class_numbers(dataset.y), dataset.train, dataset.last_step
    repeat, frequent = dataset.baselines
    ends = [labels[n, last[n]] for n in range(train)]
    shares = np.bincount(ends, minlength=3) / train
    assert frequent.last[0] == pytest.approx(shares)
    before = [labels[n, last[n] - 1] for n in range(train) if last[n]]
    repeats = np.mean(np.array(before) == [ends[n] for n in range(train) if last[n]])
    sample = next(n for n in range(train) if last[n] == 2)
    known = labels[sample, 1]
    expected = np.full(3, (1 - repeats) / 2)
    expected[known] = repeats
    assert repeat.last[sample] == pytest.approx(expected, abs=1e-6)
    assert dataset.baseline_label == repeat.label == "last label"
    first = np.bincount(labels[:train, 0], minlength=3) / train
    assert dataset.baseline[sample, 0] == pytest.approx(first)
    assert [each.name for each in made("digits").baselines] == ["frequent"]


def test_a_label_that_rarely_repeats_is_still_the_predicted_one():
    """The baseline that repeats the last label is never right for labels that always change."""
    labels = np.tile([0, 1], (8, 6))
    known = np.roll(labels, 1, axis=1)
    names = {"name": "own", "title": "Own", "classes": ("a", "b"), "feature_names": ("x",)}
    dataset = label_dataset(np.zeros((8, 12, 1)), labels, 4, known=known, **names)
    (repeat,) = [each for each in dataset.baselines if each.name == "repeat"]
    assert (class_numbers(repeat.last) == known[:, -1]).all()


def test_persistent_labels_are_fewer_independent_samples():
    """Labels in runs of ten rows count as few samples; labels in random order count as all."""
    rng = np.random.default_rng(0)
    counts = []
    for length in (1, 10):
        table = table_of(np.repeat(rng.choice(["a", "b"], 600 // length), length))
        experiment = settle(Experiment().set(data="upload", T=4, targets=("kind",)), table)
        counts.append(independent_samples(make_dataset(experiment, table)))
    assert counts[0] > 100
    assert 4 < counts[1] < 20


def test_digits_and_vowels_hold_the_counts_of_their_sources():
    """UCI's descriptions state the counts by class, and lengths of 7 to 29."""
    digits, vowels = made("digits"), made("vowels")
    counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert np.bincount(class_numbers(digits.last_y)).tolist() == counts
    assert digits.shape == (1797, 8, 8)
    assert (digits.x.min(), digits.x.max()) == (0, 1)
    assert not np.array_equal(digits.x, made("digits", seed=1).x)
    speakers, lengths = class_numbers(vowels.last_y), vowels.mask.sum(axis=1)
    assert np.bincount(speakers[:270]).tolist() == [30] * 9
    assert np.bincount(speakers[270:]).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    assert (lengths.min(), lengths.max(), vowels.train) == (7, 29, 270)
    assert vowels.x[:270][vowels.mask[:270]].std(axis=0) == pytest.approx(1, abs=1e-5)
    before = made("vowels", padding="before")
    assert np.array_equal(before.x[0, -lengths[0] :], vowels.x[0, : lengths[0]])
    assert settle(suggested("vowels").set(padding="none")).data.padding == "after"


def test_weather_and_continents_are_labels():
    """The notes say how frequent a class is; Seattle's weather is an input, too."""
    weather, continents = made("weather"), made("continents")
    assert weather.notes[0].startswith("weather has 5 classes, numbered from 0: drizzle, fog, rain")
    assert weather.feature_names[-1] == "weather = sun"
    assert [each.label for each in weather.baselines] == ["last label", "most frequent class"]
    assert (continents.shape, continents.y.shape) == ((142, 12, 3), (142, 12, 5))
    assert np.ptp(class_numbers(continents.y), axis=1).max() == 0


def table_of(labels, **more):
    """Return a table of row numbers, and a text column "kind"."""
    kinds = pd.Series(labels, dtype="category")
    return Table("t", pd.DataFrame({"row": np.arange(float(len(kinds))), "kind": kinds}), **more)


def cut(labels, horizon=1, **data):
    """Return windows of two rows, with "kind" as the target."""
    return make_windows(
        table_of(labels), ["row"], ["kind"], DataSettings(timesteps=2, horizon=horizon, **data)
    )


@pytest.mark.parametrize(
    ("labels", "classes", "words"),
    [
        ([*"bCabCabCabCa"], ("a", "b", "C"), "kind has 3 classes, numbered from 0: a, b, C."),
        (
            ["10", "9", "2.5"] * 4,
            ("2.5", "9", "10"),
            "classes, numbered from 0: 2.5, 9, 10.",
        ),
        (["yes", "no"] * 6, ("no", "yes"), "kind has 2 classes, numbered from 0: no, yes."),
        ([*"abcdefghijklmm" * 9], (), "The 11 most frequent in the training"),
    ],
)
def test_texts_become_classes_in_order(labels, classes, words):
    """The labels of timesteps are those one row later; rare classes become "other"."""
    dataset = cut(labels)
    names = np.array(dataset.classes)
    assert dataset.classes == classes or (len(names), names[-1], names[-2]) == (12, "other", "m")
    assert any(words in note for note in dataset.notes)
    rows = dataset.origin.rows(2) + 1
    kept = [label if label in names else "other" for label in labels]
    assert names[class_numbers(dataset.y)].tolist() == np.array(kept)[rows].tolist()
    assert names[dataset.origin.targets[:, 0].astype(int)].tolist() == kept
    columns = 1 if len(names) == 2 else len(names)
    assert dataset.y.shape[-1] == len(dataset.target_names) == columns
    assert (dataset.target_scale, dataset.target_column) == (None, "kind")


@pytest.mark.parametrize("missing", ["fill", "drop"])
def test_rows_without_a_label_are_dropped(missing):
    """A filled label would repeat the last label, which is right for 1/3 of random labels."""
    rng = np.random.default_rng(0)
    labels = np.where(rng.random(2000) < 0.58, None, rng.choice([*"abc"], 2000))
    dataset = cut(labels, missing=missing)
    known = [label for label in labels if label]
    assert ["abc"[int(k)] for k in dataset.origin.targets[:, 0]] == known
    (repeat,) = [each for each in dataset.baselines if each.name == "repeat"]
    right = class_numbers(repeat.last) == class_numbers(dataset.last_y)
    assert right.mean() == pytest.approx(1 / 3, abs=0.05)


def test_missing_inputs_of_labels_are_filled():
    """Rows of one time keep the first label."""
    frame = table_of([*"abba", None, *"babab"]).frame
    frame.loc[4:6, "row"] = np.nan
    notes = make_windows(Table("t", frame), ["row"], ["kind"], DataSettings(timesteps=2)).notes
    assert any("with the last known in 2 rows." in note for note in notes)
    assert any("1 row dropped: missing values in kind" in note for note in notes)
    times = pd.to_datetime([f"2024-01-{day:02}" for day in (1, 1, 2, 3, 4, 5, 6, 7, 8, 9)])
    table = table_of([*"abbbabbabb"], times=pd.DatetimeIndex(times), step="day")
    daily = make_windows(table, ["row"], ["kind"], DataSettings(timesteps=2))
    assert daily.origin.targets[:, 0].tolist() == [0, 1, 1, 0, 1, 1, 0, 1, 1]
    assert any("The first of them is used" in note for note in daily.notes)


@pytest.mark.parametrize(
    ("labels", "words", "target"),
    [
        ([f"name {k}" for k in range(40)], "40 different texts in 40 rows", "row"),
        ([*"a" * 39, "b"], "at least two texts .* got 2 different", "kind"),
    ],
)
def test_ids_and_a_single_class_in_training_raise_an_error(labels, words, target):
    """Texts that differ in most rows are no default target. Varying numbers go first."""
    with pytest.raises(WindowError, match=words):
        cut(labels)
    table = table_of(labels)
    assert default_columns(table)[1] == (target,)
    assert default_columns(Table("t", table.frame.assign(n=np.arange(40.0) % 7)))[1] == ("n",)


def test_settings_follow_the_classes_of_an_own_table():
    """Two classes need a binary loss, more classes a sparse one; the label is also an input."""
    own = Experiment().set(data="upload", targets=("kind",), T=2, head="none", loss="mae")
    for labels, loss in (([*"ab" * 6], "binary"), ([*"abc" * 4], "sparse")):
        settled = settle(own, table_of(labels))
        assert (settled.training.loss, settled.model.head) == (loss, "dense")
        features = make_dataset(own, table_of(labels)).shape[2]
        assert features == settled.data.features == 1 + len({*labels})
    assert settle(own.set(loss="onehot"), table_of(labels)).training.loss == "onehot"
    assert settle(own.set(loss="onehot")).training.loss == "onehot"  # without the table
    for mode in ("both", "sequence", "last"):  # all weights by step are 1 in last-step mode
        settled = settle(own.set(mode=mode, weights="steps"), table_of(labels))
        assert (settled.training.weights == "steps") == (mode != "last")
        assert ("steps" in options_of("weights", settled)) == (mode != "last")
    assert default_columns(table_of(labels), ("kind",), 0) == (("row",), ("kind",))


def test_a_table_without_numbers_predicts_its_labels():
    """The last column of labels is both input and target; a column of ids is neither."""
    lines = "\n".join(["id,kind", *(f"name {k},{'abbc'[k % 4]}" for k in range(40))])
    table = read_upload("tags.csv", lines.encode())
    own = Experiment().set(data="upload", T=3)
    dataset = make_dataset(own, table)
    assert (dataset.classes, dataset.target_column) == (("a", "b", "c"), "kind")
    assert dataset.feature_names == ("kind = a", "kind = b", "kind = c")
    assert settle(own, table).training.loss == "sparse"
