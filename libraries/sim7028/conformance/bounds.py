"""The ranges that the note gives (2.2, 3.1)."""

from sim7028.commands import OWN_OBJECTS

SESSIONS = range(2)
IDS = range(65536)
"""Of objects, instances and resources; ports and lifetimes have the same."""
OBJECTS = range(OWN_OBJECTS.stop, IDS.stop)
"""The application's objects; those below are the module's own."""
COUNTS = range(1, 16)
"""How many resources one line may have."""
CONNECTION_TYPES = range(4, 7, 2)
"""IPv4 and IPv6."""
