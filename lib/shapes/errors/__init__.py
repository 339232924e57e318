"""What Keras's error messages about recurrent layers mean: of today, and of earlier versions.

A pasted text is read first (`pasted`), then looked up among the messages that the modules of each
theme list (`explain`). What raises no error at all is the subject of `lib.shapes.doctor`.
"""
