"""The report of an evaluation: one content, written as HTML, PDF, Word and PowerPoint, and what runs it again."""
