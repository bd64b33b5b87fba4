"""A household as a file: written whole, and read back row for row. docs/household-file.md describes it."""
