"""What a module's firmware does where the application note is silent, learnt from the module.

`study_all` makes it show each row of the virtual module's table of profiles that can be tried
without harm, `Learnt` holds what came against the profiles, and `bench_text` writes it down.
"""

from sim7028_lab.doctor.learning.document import baseline_file, bench_text, learnt_baseline
from sim7028_lab.doctor.learning.learnt import Learnt, Row, study_all
from sim7028_lab.doctor.learning.observation import Observation, Seen, Untried
from sim7028_lab.doctor.learning.study import Study

__all__ = [
    "Learnt",
    "Observation",
    "Row",
    "Seen",
    "Study",
    "Untried",
    "baseline_file",
    "bench_text",
    "learnt_baseline",
    "study_all",
]
