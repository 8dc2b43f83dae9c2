"""Is the bench fit for a run, and if not, what mends it?

A check looks at one thing and comes to a verdict; `examine` runs them in their order, each only
where those that it needs are not bad. `checks_of` says which a bench has.
"""

from sim7028_lab.doctor.check import Check, Outcome, Result, Verdict
from sim7028_lab.doctor.checks import checks_of
from sim7028_lab.doctor.console import Console
from sim7028_lab.doctor.examination import examine
from sim7028_lab.doctor.subject import Subject

__all__ = ["Check", "Console", "Outcome", "Result", "Subject", "Verdict", "checks_of", "examine"]
