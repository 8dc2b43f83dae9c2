"""Plays the module's side of a recorded scenario, so that it can be run again without the module.

`python -m virtual_sim7028.replay EVIDENCE.jsonl` gives a port as `virtual_sim7028` does; behind it
stands no firmware, only what the evidence holds: the lines that the module printed and the CoAP
messages that it sent, each when everything that was recorded before it has come. Names, addresses
and numbers that differ from run to run are exchanged for those of now.
"""

from virtual_sim7028.replay.evidence import RecordingError
from virtual_sim7028.replay.process import Outcome, ReplaySettings, command_line, main
from virtual_sim7028.replay.recording import Recording, read_recording

__all__ = [
    "Outcome",
    "Recording",
    "RecordingError",
    "ReplaySettings",
    "command_line",
    "main",
    "read_recording",
]
