"""What machines ask: whether the server is well, figures for monitoring, and (in a later step) /api/v1."""
