"""The steps of `setup.py`, one idea a file, in the order in which it takes them."""
