"""Floor 3: from a file to tidy rows, or to clear words about what is wrong with it."""
