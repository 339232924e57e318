"""From a choice or a file to arrays: `make_dataset`, `read_upload` and the registry `DATASETS`.

Synthetic tasks, bundled series and uploads become a `Dataset` with `.x` (N, T, F) and `.y`
(N, T, K), and its split into training, validation and test samples. Nothing is trained or drawn.
"""
