"""Files a reader takes home: the same figures as on screen, for the same viewer."""
