"""Waits for the first import of CuPy and lets `cudaemu` decide then.

A start of Python that never imports CuPy pays for this small file and nothing else.
"""

import sys


class FirstImport:
    """Finds nothing; a part of CuPy that is looked for means that CuPy is being imported."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        # cupy itself may only be looked for, by find_spec("cupy"), so its first part is awaited
        if name.startswith("cupy.") or name == "cupy_backends":
            sys.meta_path.remove(FirstImport)
            from cudaemu.activation import decide

            decide()


sys.meta_path.insert(0, FirstImport)
