"""What is compared: problems, and the benchmarks made of them."""
