"""Document: what a file says in JSON, read with one clear error for whatever it lacks."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, TypeVar, overload

from xpnet.errors import CheckpointError

__all__ = ["Document"]

T = TypeVar("T")
KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a finite number",
    str: "a text",
    list: "a list",
    dict: "names and values",
}
"""The kinds of JSON, and what an error calls them."""


class Document:
    """Names and values from a file that nobody has looked at yet.

    Parameters
    ----------
    values : mapping of str to JSON values
    source : str
        What an error calls the document.

    Examples
    --------
    >>> document = Document({"steps": -1}, "run.safetensors")
    >>> document.get("lr", float)
    Traceback (most recent call last):
        ...
    xpnet.errors.CheckpointError: run.safetensors: expected lr to be a finite number, ...
    >>> document.count("steps")
    Traceback (most recent call last):
        ...
    xpnet.errors.CheckpointError: run.safetensors: expected steps to be 0 or more, got -1
    """

    def __init__(self, values: Mapping[str, Any], source: str) -> None:
        self.values = values
        self.source = source

    @classmethod
    def parsed(cls, text: str, source: str) -> Document:
        """The document in a text of JSON.

        Raises
        ------
        CheckpointError
        """
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise CheckpointError(f"{source}: expected JSON, got {_short(text)}") from error
        if not isinstance(values, dict):
            raise CheckpointError(f"{source}: expected {KINDS[dict]}, got {_short(text)}")
        return cls(values, source)

    @overload
    def get(self, name: str, kind: type[T]) -> T: ...
    @overload
    def get(self, name: str, kind: type[T], *, optional: bool) -> T | None: ...

    def get(self, name: str, kind: type[T], *, optional: bool = False) -> T | None:
        """The value of this name, if it is of this kind of JSON; a whole number is a float too.

        Raises
        ------
        CheckpointError
        """
        value = self.values.get(name)
        if value is None and optional:
            return None
        return self._of_kind(name, value, kind)

    def count(self, name: str, least: int = 0) -> int:
        """The whole number of this name, from `least` on and of at most 62 bits.

        Raises
        ------
        CheckpointError
        """
        value = self.get(name, int)
        if not least <= value < 2**62:
            raise self.error(f"expected {name} to be {least} or more, got {_short(value)}")
        return value

    def each(self, name: str, kind: type[T]) -> list[T]:
        """The values in the list of this name, all of this kind.

        Raises
        ------
        CheckpointError
        """
        values = self.get(name, list)
        return [self._of_kind(f"{name}[{k}]", value, kind) for k, value in enumerate(values)]

    def part(self, name: str) -> Document:
        """The document under this name.

        Raises
        ------
        CheckpointError
        """
        return Document(self.get(name, dict), f"{self.source}: {name}")

    def parts(self, name: str) -> list[Document]:
        """The documents in the list of this name.

        Raises
        ------
        CheckpointError
        """
        found = self.each(name, dict)
        return [Document(values, f"{self.source}: {name}[{k}]") for k, values in enumerate(found)]

    def error(self, message: str) -> CheckpointError:
        """An error that says whose document it is."""
        return CheckpointError(f"{self.source}: {message}")

    def _of_kind(self, name: str, value: Any, kind: type[T]) -> T:
        if kind is float and type(value) is int and abs(value) < 2**1000:
            value = float(value)
        finite = not isinstance(value, float) or math.isfinite(value)
        if type(value) is kind and finite:
            found: T = value
            return found
        came = "nothing" if value is None else _short(value)
        raise self.error(f"expected {name} to be {KINDS[kind]}, got {came}")


def _short(value: object) -> str:
    """The value as an error shows it."""
    if type(value) is int and abs(value) >= 2**64:
        return "a number of many digits"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
