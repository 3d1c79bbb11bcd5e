"""The name of a class in a file."""

from __future__ import annotations

__all__ = ["class_name"]


def class_name(kind: type) -> str:
    """The library's own classes by name alone, others with their module.

    Examples
    --------
    >>> import collections
    >>> class_name(Relu), class_name(collections.Counter)
    ('Relu', 'collections.Counter')
    """
    library = kind.__module__.startswith("xpnet.")
    return kind.__name__ if library else f"{kind.__module__}.{kind.__qualname__}"
