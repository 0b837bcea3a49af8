"""The mathematics of games between networks, in closed form and by small computations."""
