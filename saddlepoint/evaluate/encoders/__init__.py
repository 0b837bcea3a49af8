"""One encoder per file; each registers a function (Dataset, report) -> Encoder."""
