"""The windows of a table as Keras's own `timeseries_dataset_from_array` cuts them, for both modes.

Of the rows of one part of one series; how these come about is that of `lib.export.rows` and
`lib.export.cutting`.
"""

from lib.dataset import Dataset, Origin


def keras_windows(dataset: Dataset, origin: Origin, stride: int) -> str:
    """Code that makes the batches of both modes of `x_rows` (R, F) and `y_rows` (R, C).

    Windows begin `stride` rows after one another; the dataset may have every k-th of them alone.
    """
    steps, (first, *_), most = dataset.shape[1], origin.horizons, max(origin.horizons)
    past = "" if dataset.base is None else " - y_rows[:rows]"
    numpy, later = "", f"later = y_rows[{most}:]{past}"
    if first != most:
        numpy = "import numpy as np\n"
        later = f"""ahead = range({first}, {most + 1})
later = np.stack([y_rows[h : h + rows]{past} for h in ahead], axis=-1).reshape(rows, -1)"""
    thin = ""
    if (every := origin.every) > 1:
        again = "; counted anew for each series here" if len(origin.names) > 1 else ""
        thin = f"# One of {every} windows is used: all would be too many{again}.\n"
    cut = f"sequence_length={steps}, sampling_rate={origin.rate}, sequence_stride={stride * every}"
    return f"""{numpy}from keras.utils import timeseries_dataset_from_array

# x_rows and y_rows: the rows of one part of one series, in order of time.
rows = len(y_rows) - {most}
# (rows, {dataset.targets}): what a timestep that reads row i must say.
{later}
{thin}cut = dict({cut}, batch_size=32)
last = {steps - 1} * {origin.rate}  # a window that begins at row i ends at i + last

# return_sequences=False: targets[i] belongs to the window that BEGINS at row i.
last_step = timeseries_dataset_from_array(x_rows, later[last:], **cut)

# return_sequences=True: a target for every timestep, so these are windows as well.
x = timeseries_dataset_from_array(x_rows[:rows], None, **cut)
y = timeseries_dataset_from_array(later, None, **cut)"""
