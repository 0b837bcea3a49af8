"""How experiments are trained: knows the family protocol and no family."""
