"""A night on one or several benches that nobody watches: `sim7028-lab nightly`.

Its phases: plan (a dry run) → doctor → campaign → rerun of what failed → merge → report → prune;
`conduct` goes through them. What is reached of a `Night` is written into its dated folder after
each, so that a night that dies has said how far it came; a guard outlives it, ends what it left
running and writes its summary.
"""
