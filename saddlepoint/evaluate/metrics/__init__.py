"""One metric per file; each registers a function (Inputs) -> {figure: Figure}."""
