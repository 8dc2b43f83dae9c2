"""Words that both ends of an LwM2M exchange share: paths, values, response codes.

Nothing here does input or output. References are to the OMA LwM2M 1.0 technical
specification (OMA-TS-LightweightM2M-V1_0) and to RFC 7252.
"""

from lwm2m.code import Code
from lwm2m.path import InvalidPath, Path
from lwm2m.value import InvalidValue, Kind, Value

__all__ = ["Code", "InvalidPath", "InvalidValue", "Kind", "Path", "Value"]
