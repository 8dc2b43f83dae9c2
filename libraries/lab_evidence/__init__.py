"""What happened on a bench, in order: one event for every arrow, one clock, one file a scenario.

The libraries around tell what they see to a `Recorder` that is passed in; they do not know
where it goes. A `Timeline` is the recorder of a whole run.
"""

from lab_evidence.event import Direction, Event, Recorder, Silent, Source
from lab_evidence.files import JsonlSink, evidence_file, read_events
from lab_evidence.lines import Json, decode_line, encode_line
from lab_evidence.redact import Redacted, Redactor
from lab_evidence.text import shortened
from lab_evidence.timeline import EvidenceError, Sink, Timeline

__all__ = [
    "Direction",
    "Event",
    "EvidenceError",
    "Json",
    "JsonlSink",
    "Recorder",
    "Redacted",
    "Redactor",
    "Silent",
    "Sink",
    "Source",
    "Timeline",
    "decode_line",
    "encode_line",
    "evidence_file",
    "read_events",
    "shortened",
]
