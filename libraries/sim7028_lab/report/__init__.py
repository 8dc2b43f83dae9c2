"""What a run leaves behind, read back and told: verdicts, coverage, trends, and pages for people.

`run` is the one reading of a run's files; everything else works on what it gives.
"""
