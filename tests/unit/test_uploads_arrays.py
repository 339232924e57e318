"""NumPy arrays of rows become a table, samples become a panel, and nothing is unpickled."""

import io
import pickle
import zipfile

import numpy as np
import pytest

from lib.data import UploadError, make_dataset, read_upload
from lib.experiment import Experiment
from tests.unit.uploaded import notes_of

N, T, F = 20, 12, 3
X = np.random.default_rng(0).normal(size=(N, T, F))


class Bomb:
    """An object that ends the tests when it is unpickled."""

    def __reduce__(self):
        return (exit, (1,))


OBJECTS = np.array([Bomb(), None], dtype=object)


def npy(array, **options):
    """Return the bytes of a .npy file."""
    out = io.BytesIO()
    np.save(out, array, **options)
    return out.getvalue()


def npz(**arrays):
    """Return the bytes of a .npz file."""
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


@pytest.mark.parametrize(
    ("array", "names"),
    [
        (np.arange(9, dtype=np.uint8), ["x"]),
        (np.arange(9) % 2 == 0, ["x"]),
        (np.arange(18).reshape(9, 2), ["x1", "x2"]),
        (np.arange(18.0).reshape(9, 1, 2), ["x1", "x2"]),
    ],
)
def test_arrays_with_one_or_two_axes_are_rows(array, names):
    """An array with three axes and a single timestep is read as rows, too."""
    table = read_upload("rows.npy", npy(array))
    assert table.frame.columns.tolist() == names
    assert table.frame.to_numpy().ravel().tolist() == array.ravel().tolist()
    assert table.settings == {}


def test_arrays_with_equally_many_rows_become_columns_of_one_table():
    """Other arrays are ignored; a note lists all arrays with their shapes."""
    arrays = {"wind": [*range(8), np.inf], "sea": np.ones((9, 2)), "rest": np.ones(4)}
    table = read_upload("a.npz", npz(**arrays))
    assert table.frame.columns.tolist() == ["wind", "sea1", "sea2"]
    assert table.frame["wind"].isna().sum() == 1
    assert "wind (9,) of float64, sea (9, 2) of float64, rest (4,) of float64" in notes_of(table)
    assert "Ignored: rest (4,) of float64." in notes_of(table)


@pytest.mark.parametrize(
    ("names", "shape"),
    [
        (("x",), None),
        (("x", "y"), (N, T, 2)),
        (("X_train", "y_train"), (N, T)),
        (("inputs", "targets"), (N, 2)),
        (("features", "labels"), (N,)),
        (("one", "other"), (N, 1)),
    ],
)
def test_samples_become_a_panel_whose_windows_equal_the_samples(names, shape):
    """A target per sample is repeated at each step. Without targets, the next row is predicted."""
    y = X[:, 1:] if shape is None else np.random.default_rng(1).normal(size=shape)
    table = read_upload("samples.npz", npz(**dict(zip(names, (X, y), strict=False))))
    assert table.frame["sample"].tolist() == [n + 1 for n in range(N) for _ in range(T)]
    ahead = shape is None
    assert table.settings == {"T": T - ahead, "horizon": int(ahead), "split": "id"}
    per_step = ahead or y.shape[1:2] == (T,)
    assert ("One target per sample" in notes_of(table)) is not per_step
    data = make_dataset(Experiment().set(data="upload", **table.settings), table)
    assert data.shape == (N, T - ahead, F)
    made = (data.y * data.target_scale + data.target_offset)[:, -1]
    expected = (y[:, -1] if per_step else y).reshape(N, -1)[:, -made.shape[1] :]
    np.testing.assert_allclose(np.sort(made, axis=0), np.sort(expected, axis=0), atol=1e-5)


def test_training_arrays_are_preferred_to_test_arrays():
    """Test arrays of a Keras dataset are ignored, with a note."""
    y = np.zeros((N, T))
    table = read_upload("sets.npz", npz(x_train=X, y_train=y, x_test=X[:5], y_test=y[:5]))
    assert table.frame["sample"].nunique() == N
    assert "x_test (5, 12, 3) of float64, y_test (5, 12) of float64." in notes_of(table)


def header(shape, dtype="<f8", extra=""):
    """Return a .npy file with this header and no data."""
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}{extra}\n"
    return b"\x93NUMPY\x02\x00" + len(text).to_bytes(4, "little") + text.encode()


def member(content):
    """Return a .npz file with one member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("x.npy", content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (npy(OBJECTS, allow_pickle=True), "Object arrays .* aren't read"),
        (npz(a=np.array(["x", "y"]), b=np.ones(9) * 1j), "a .2,. of <U1, b .9,. of complex128"),
        (npy(np.zeros((0, 3))), r"Expected a numeric array .* \(0, 3\)"),
        (npy(np.zeros((2, 2, 2, 2))), "1 to 3 axes"),
        (npy(np.arange(3)), "has 3 rows, and at least 6 are needed"),
        (npy(X)[:500], "arrays can't be read: EOF"),
        (header("(9,)", dtype="what"), "arrays can't be read: descr"),
        (member(b"no array"), r"Expected a numeric array .*: x \(\) of"),
        (npz(x=X)[:900], "can't be opened"),
        (pickle.dumps(Bomb(), protocol=4), "isn't a text file"),
        (npy(np.zeros((3, 1001))), "rows of 1,001 cells"),
    ],
)
def test_a_file_without_usable_arrays_raises_an_error(content, message):
    """Python objects, texts and broken files raise errors, and no code of the file runs."""
    with pytest.raises(UploadError, match=message) as error:
        read_upload("samples.npz", content)
    assert str(error.value).endswith(".")
