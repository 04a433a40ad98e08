"""What machines ask: whether the server is well, figures for monitoring, and /api/v1."""
