"""Floor 1, the knowledge: definitions, statistical process control, evaluation. Pure numbers: no SQL, no Dash, no clock."""
