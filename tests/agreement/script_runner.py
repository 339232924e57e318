"""Runs scripts one after another in one process, which so imports TensorFlow only once.

`python -I script_runner.py`: nothing of this project can be imported. A line of JSON on its input,
[folder, file, quick], becomes one on its output. A quick script's models run without being traced,
which for a few batches takes a tenth of the time and gives the same figures.
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
    """Answer each line with what the script printed, why it ended, and its models' shapes."""
    compile_model = keras.Model.compile
    for line in sys.stdin:
        folder, file, quick = json.loads(line)
        keras.Model.compile = (
            (lambda *given, **named: compile_model(*given, run_eagerly=True, **named))
            if quick
            else compile_model
        )
        os.chdir(folder)
        printed, made, error = io.StringIO(), {}, ""
        with contextlib.redirect_stdout(printed):
            try:
                made = runpy.run_path(file)
            except SystemExit as stop:
                error = f"{stop}"
            except Exception:  # whatever a script does
                error = traceback.format_exc()
        models = [made[name] for name in ("sequence", "last_step") if name in made]
        shapes = [
            [
                getattr(layer, "output", layer).shape[1:]
                for layer in (model.inputs[0], *model.layers)
            ]
            for model in models
        ]
        print(json.dumps([printed.getvalue(), error, shapes]), flush=True)


if __name__ == "__main__":
    main()
