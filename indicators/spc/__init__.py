"""Statistical process control: run charts, control charts, their rules."""
