"""Floor 2: what is kept and how it is asked for."""
