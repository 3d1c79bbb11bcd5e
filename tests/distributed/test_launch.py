"""`init`: ranks that do not go together all end with one message."""

FIRST = """
rank = int(os.environ.get("PMI_RANK") or os.environ["OMPI_COMM_WORLD_RANK"])
"""
OTHER_VERSION = """
from xpnet.distributed import launch
if rank == 1:
    launch.__version__ = "0.0.1"
xpnet.distributed.init()
"""
OTHER_BACKEND = """
class OtherBackend(xpnet.backends.NumpyBackend):
    name, array_type = "other", type("Other", (np.ndarray,), {})
xpnet.register_backend("other", OtherBackend)
if rank == 1:
    xpnet.set_backend("other")
xpnet.distributed.init()
"""


def said(done):
    """The one message of a job that has failed."""
    assert done.code == 1
    assert "Traceback" not in done.err
    (message,) = done.said
    return message


def test_ranks_of_other_versions_are_named(job):
    message = said(job(3, FIRST + OTHER_VERSION))
    assert message.startswith("xpnet: init: xpnet is ")
    assert '" on ranks 0 and 2, "0.0.1" on rank 1: give every rank the same versions' in message


def test_ranks_of_other_backends_are_named(job):
    assert said(job(2, FIRST + OTHER_BACKEND)) == (
        'xpnet: init: backend is "numpy" on rank 0, "other" on rank 1: give every rank the same '
        "versions and the same backend"
    )


def test_a_backend_that_cannot_run_on_a_rank_is_said_by_all(job):
    done = job(2, FIRST + "xpnet.distributed.init('nowhere')")
    assert said(done).startswith("xpnet: init: ranks 0 and 1: unknown backend 'nowhere'")
