"""From a source to endless, seeded, resumable device batches."""
