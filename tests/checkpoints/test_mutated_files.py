"""Files that are changed at random are refused by one kind of error, whatever is in them."""

import json
import random
import struct
import tracemalloc
import zlib

import numpy as np
import pytest

import xpnet
from xpnet.errors import CheckpointError
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import Adam
from xpnet.training import Trainer

FILES = 8_000
"""In all; the share of one test is a part of it."""
PARTS = 4
X, T = np.eye(4, dtype="float32"), np.arange(4)
ODD = [
    None,
    True,
    -1,
    0,
    3,
    100,
    1.5,
    2**63,
    10**400,
    "",
    "Affine",
    "W1",
    [],
    [[]],
    {},
    {"W": "W1"},
    "NaN",
]


@pytest.fixture(scope="module")
def run_file(tmp_path_factory):
    """The bytes of a checkpoint, which is the file of a network too."""
    folder = tmp_path_factory.mktemp("run")
    net, seed = TwoLayerNet(4, 3, 4, seed=0), np.random.Generator(np.random.MT19937(0))
    options = {"batch_size": 2, "seed": seed, "progress": False}
    trainer = Trainer(net, Adam(), (X, T), test=(X, T), **options)
    trainer.run(iterations=3)
    return trainer.save(folder).read_bytes()


def mutated_bytes(rng, content):
    """Bytes changed, cut out, doubled, moved or cut off."""
    made = bytearray(content)
    for _ in range(rng.choice([1, 1, 1, 2, 8])):
        start = rng.choice([rng.random(), rng.random() * 0.1])  # more often in the header
        start = int(start * len(made))
        end = start + rng.choice([1, 1, 8, 100])
        kind = rng.randrange(6)
        if not made:
            break
        if kind == 0:
            made[start] = rng.randrange(256)
        elif kind == 1:
            made[start] ^= 1 << rng.randrange(8)
        elif kind == 2:
            del made[start:end]
        elif kind == 3:
            made[start:start] = made[start:end]
        elif kind == 4:
            made[start:end] = rng.randbytes(end - start)
        else:
            del made[max(start, 1) :]
    return bytes(made)


def places(values, path=()):
    """Where each value in a document is."""
    for key, value in values.items() if isinstance(values, dict) else enumerate(values):
        yield (*path, key)
        if isinstance(value, (dict, list)):
            yield from places(value, (*path, key))


def mutated_document(rng, content):
    """Values in the header replaced by odd ones, or left out, under a checksum that fits."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    document = json.loads(header.pop("__metadata__")["xpnet"])
    for _ in range(rng.choice([1, 1, 2])):
        target = rng.choice([document, document, document, header])
        *path, last = rng.choice(list(places(target)))
        for key in path:
            target = target[key]
        if rng.random() < 0.2 and isinstance(target, dict):
            del target[last]
        else:
            target[last] = rng.choice(ODD)
    header = {"__metadata__": {"xpnet": json.dumps(document)}, **header}
    text = json.dumps(header).encode()
    made = struct.pack("<Q", len(text)) + text + content[8 + length : -4]
    return made + struct.pack("<I", zlib.crc32(made))


def uses(path):
    """All that a file may be used for; returns how many of them refuse it."""
    net = TwoLayerNet(4, 3, 4, seed=1)
    before = net.params.flat.tobytes()
    refused = 0
    for use in (
        lambda: net.load_weights(path),
        lambda: xpnet.load(path),
        lambda: Trainer.resume(path, (X, T), (X, T), progress=False),
    ):
        error = why_refused(use)
        if error:
            refused += 1
            assert path.name in error
            assert len(error) < 1000
        if error and refused == 1:
            assert net.params.flat.tobytes() == before
        elif not refused:
            before = net.params.flat.tobytes()
    return refused


def why_refused(use):
    try:
        use()
    except CheckpointError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("part", range(PARTS))
def test_bytes_that_changed_are_always_refused(run_file, tmp_path, part):
    rng, path = random.Random(part), tmp_path / "x"
    for _ in range(FILES // PARTS // 2):
        content = mutated_bytes(rng, run_file)
        if content != run_file:
            path.write_bytes(content)
            assert uses(path) == 3


@pytest.mark.parametrize("part", range(PARTS))
def test_a_document_that_was_forged_is_used_or_refused_and_nothing_else(run_file, tmp_path, part):
    rng, path, refused = random.Random(part), tmp_path / "x", 0
    for _ in range(FILES // PARTS // 2):
        path.write_bytes(mutated_document(rng, run_file))
        refused += uses(path)
    assert refused > FILES // PARTS // 2


def test_a_file_takes_a_small_multiple_of_its_size(tmp_path):
    net = TwoLayerNet(784, 500, 10, seed=0)
    net.save(tmp_path / "net")
    size = (tmp_path / "net").stat().st_size
    tracemalloc.start()
    xpnet.load(tmp_path / "net")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * size


@pytest.mark.parametrize("length", [0, 7, 8, 100, 2**31, 2**63 - 1, 2**64 - 1])
def test_a_length_that_is_not_that_of_the_header_asks_for_no_memory(run_file, tmp_path, length):
    (tmp_path / "x").write_bytes(struct.pack("<Q", length) + run_file[8:])
    tracemalloc.start()
    assert uses(tmp_path / "x") == 3
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * len(run_file)
