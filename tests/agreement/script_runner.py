"""Run scripts one after another in one process, which imports TensorFlow only once.

Started as `python -I script_runner.py`, it can't import this project. Each input line is JSON:
[folder, file, quick]. Each output line is JSON: [output, error, shapes in the models]. Models of a
quick script run eagerly: for a few batches, this takes a tenth of the time with the same results.
"""

import contextlib
import io
import json
import os
import runpy
import sys
import traceback

import keras


def main():
    """Run the script of each input line, and print its results as an output line."""
    compile_model = keras.Model.compile

    def compile_eagerly(*args, **options):
        compile_model(*args, run_eagerly=True, **options)

    for line in sys.stdin:
        folder, file, quick = json.loads(line)
        keras.Model.compile = compile_eagerly if quick else compile_model
        os.chdir(folder)
        printed, names, error = io.StringIO(), {}, ""
        with contextlib.redirect_stdout(printed):
            try:
                names = runpy.run_path(file)
            except SystemExit as stop:
                error = f"{stop}"
            except Exception:  # A script may raise any error.
                error = traceback.format_exc()
        models = [names[n] for n in ("sequence", "last_step", "pooled") if n in names]
        inputs = keras.layers.InputLayer  # only a functional model has this layer
        of_layers = [[each for each in m.layers if not isinstance(each, inputs)] for m in models]
        pairs = zip(models, of_layers, strict=True)
        tensors = [[m.inputs[0], *(each.output for each in layers)] for m, layers in pairs]
        shapes = [[tensor.shape[1:] for tensor in of_model] for of_model in tensors]
        print(json.dumps([printed.getvalue(), error, shapes]), flush=True)


if __name__ == "__main__":
    main()
