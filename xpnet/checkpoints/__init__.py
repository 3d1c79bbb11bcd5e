"""Checkpoints: networks and runs in files that are whole, on the disk, or not there."""

from xpnet.checkpoints.class_name import class_name
from xpnet.checkpoints.document import Document
from xpnet.checkpoints.folder import check_folder, newest_in, place_in, remove_old
from xpnet.checkpoints.generator_state import generator_from, generator_state
from xpnet.checkpoints.tensor_file import TensorFile, read_tensors, write_tensors

__all__ = [
    "Document",
    "TensorFile",
    "check_folder",
    "class_name",
    "generator_from",
    "generator_state",
    "newest_in",
    "place_in",
    "read_tensors",
    "remove_old",
    "write_tensors",
]
