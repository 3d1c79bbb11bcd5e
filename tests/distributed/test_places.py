"""Each rank has a GPU of its own, or all are told that there are too few."""

from xpnet.distributed.places import Place, crowded


def test_ranks_that_see_all_devices_take_them_in_their_order():
    places = [Place("a", rank, ("x", "y", "z")) for rank in range(3)]
    assert [place.device for place in places] == ["x", "y", "z"]
    assert [place.number for place in places] == [0, 1, 2]
    assert crowded(places) is None


def test_ranks_to_which_the_launcher_shows_one_device_each_take_it():
    places = [Place("a", rank, (device,)) for rank, device in enumerate("xyz")]
    assert [place.number for place in places] == [0, 0, 0]
    assert crowded(places) is None


def test_machines_have_their_own_devices():
    assert crowded([Place("a", 0, ("x",)), Place("b", 0, ("y",))]) is None


def test_more_ranks_than_devices_on_a_machine_are_counted():
    places = [Place("a", 0, ("w",)), *(Place("b", rank, ("x", "y")) for rank in range(3))]
    assert crowded(places) == (
        "expected a GPU for each rank, got 3 ranks and 2 GPUs on b: start at most 2 there"
    )


def test_one_device_is_one():
    assert "2 ranks and 1 GPU on a: start at most 1 there" in crowded(
        [Place("a", rank, ("x",)) for rank in range(2)]
    )
