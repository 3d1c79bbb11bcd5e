import bench_crossover


def test_each_cell_of_the_grid_is_a_step_of_its_sizes():
    made = []
    bench_crossover.bench_step_on_each_backend(
        lambda benchmark, turns: made.append(benchmark), 32, 8
    )
    assert [(benchmark.table, benchmark.work) for benchmark in made] == [
        ("crossover", "784-8-10, batch 32")
    ]
