"""Tables the library reads, each beside the script that made it."""
