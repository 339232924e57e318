"""What is checked without Keras, a browser or a page: a new test goes into its module's file."""
