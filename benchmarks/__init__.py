"""How fast Saddlepoint trains, against plain loops that do the same work on the same machine."""
