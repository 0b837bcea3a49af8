"""Pictures of runs: grids, curves, animations."""
