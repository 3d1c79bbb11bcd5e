"""The precision of matrix products in float32 on CUDA devices, chosen for the whole process."""

from __future__ import annotations

from xpnet.errors import OptionError

__all__ = ["get_matmul_precision", "set_matmul_precision"]

PRECISIONS = "float32", "tf32"

_precision = "float32"


def set_matmul_precision(precision: str) -> None:
    """Compute matrix products of float32 arrays on CUDA devices in this precision from now on.

    It holds in the whole process, for every thread. Products on NumPy, and those of float64 and
    float16, are the same in both.

    Parameters
    ----------
    precision : "float32" or "tf32"
        ``"float32"``, the default, rounds to 24 binary digits throughout. ``"tf32"`` allows tensor
        cores, which are several times as fast: they round the factors to 11 binary digits, about
        three decimal ones, and add in float32. GPUs before Ampere have none for it, and compute
        in float32.

    Raises
    ------
    OptionError
        `precision` is something else.

    Examples
    --------
    >>> xpnet.set_matmul_precision("tf32")
    >>> xpnet.get_matmul_precision()
    'tf32'
    >>> xpnet.set_matmul_precision("float32")
    """
    global _precision
    if not isinstance(precision, str) or precision not in PRECISIONS:
        raise OptionError(f"set_matmul_precision: expected 'float32' or 'tf32', got {precision!r}")
    _precision = precision


def get_matmul_precision() -> str:
    """The precision of matrix products of float32 arrays on CUDA devices.

    Returns
    -------
    "float32" or "tf32"

    Examples
    --------
    >>> xpnet.get_matmul_precision()
    'float32'
    """
    return _precision
