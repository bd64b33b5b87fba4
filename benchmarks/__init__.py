"""How fast Hearth is beside others, and how its cost grows. `README.md` says how to run and read it."""
