"""How often the doctor is right: short real runs, healthy ones and ones with a fault of a known kind."""
