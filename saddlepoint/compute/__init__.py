"""How this machine computes: plan, threads, graphs, convolutions by patches."""
