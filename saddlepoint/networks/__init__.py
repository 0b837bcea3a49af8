"""Networks whose layers are named and whose activations can be read."""
