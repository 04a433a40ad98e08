"""Floor 1, the knowledge: definitions, statistical process control, evaluation. No SQL, no Dash, no clock."""
