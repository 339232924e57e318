"""Everything about tensor shapes, in plain Python: no model is built or run.

Output shapes and parameter counts of Keras's recurrent layers, the tracer of layer stacks and the
reader of pasted models, the target doctor, and explanations of Keras's error messages.
"""
