"""From bytes to raw rows: every value still the text that was written, with the row number a spreadsheet shows."""
