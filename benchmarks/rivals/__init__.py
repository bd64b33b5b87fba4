"""What Hearth is measured against, on the same tables: each serves the routes of `benchmarks.work`."""
