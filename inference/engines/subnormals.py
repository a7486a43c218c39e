"""Numbers too small for their type: treated as zero on the threads that run models."""

import ctypes
import platform
import sys
from typing import Final

# glibc's fenv_t on x86-64: 28 bytes of the x87 unit, then the control and status register of SSE and AVX.
_LIBRARY: Final = "libm.so.6"
_WORDS: Final = 8
_MXCSR: Final = 7
_FLUSH_TO_ZERO: Final = 0x8000
_DENORMALS_ARE_ZERO: Final = 0x0040


def flush_subnormals() -> bool:
    """Make this thread compute with zeros instead of subnormal numbers; return whether it does.

    A softmax gives every masked position exp(-88.4), which is subnormal in float32, and each product with it costs a
    hundred cycles or more: attention over padded sentences is half as fast again without. ONNX Runtime's own option,
    `session.set_denormal_as_zero`, is heard once per process and only by the thread that opens the first session.
    """
    if platform.machine() != "x86_64" or not sys.platform.startswith("linux"):
        return False
    try:
        libm = ctypes.CDLL(_LIBRARY)
    except OSError:  # another C library than glibc
        return False
    environment = (ctypes.c_uint32 * _WORDS)()
    if libm.fegetenv(environment):
        return False
    environment[_MXCSR] |= _FLUSH_TO_ZERO | _DENORMALS_ARE_ZERO
    return not libm.fesetenv(environment)
