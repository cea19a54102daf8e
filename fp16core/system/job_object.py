"""Windows' job objects: processes that end together, and a limit on the memory that a process commits."""

import ctypes
import sys
from ctypes import wintypes

if sys.platform == "win32":
    _EXTENDED_LIMITS = 9
    """``JobObjectExtendedLimitInformation``."""

    _PROCESS_MEMORY, _DIE_ON_EXCEPTION, _KILL_ON_CLOSE = 0x100, 0x400, 0x2000
    """``JOB_OBJECT_LIMIT_PROCESS_MEMORY`` and two more of its kind."""

    _NO_DIALOGS = 0x0001 | 0x0002
    """``SEM_FAILCRITICALERRORS`` and ``SEM_NOGPFAULTERRORBOX``."""

    class _BasicLimits(ctypes.Structure):
        _fields_ = (
            ("process_time", ctypes.c_int64),
            ("job_time", ctypes.c_int64),
            ("flags", ctypes.c_uint32),
            ("least_working_set", ctypes.c_size_t),
            ("largest_working_set", ctypes.c_size_t),
            ("processes", ctypes.c_uint32),
            ("affinity", ctypes.c_size_t),
            ("priority", ctypes.c_uint32),
            ("scheduling", ctypes.c_uint32),
        )

    class _ExtendedLimits(ctypes.Structure):
        _fields_ = (
            ("basic", _BasicLimits),
            ("io_counters", ctypes.c_ulonglong * 6),
            ("process_memory", ctypes.c_size_t),
            ("job_memory", ctypes.c_size_t),
            ("peak_process_memory", ctypes.c_size_t),
            ("peak_job_memory", ctypes.c_size_t),
        )

    _KERNEL = ctypes.WinDLL("kernel32", use_last_error=True)
    _KERNEL.CreateJobObjectW.argtypes = (wintypes.LPVOID, wintypes.LPCWSTR)
    _KERNEL.CreateJobObjectW.restype = wintypes.HANDLE
    _KERNEL.SetInformationJobObject.argtypes = (wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD)
    _KERNEL.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
    _KERNEL.TerminateJobObject.argtypes = (wintypes.HANDLE, wintypes.UINT)
    _KERNEL.CloseHandle.argtypes = (wintypes.HANDLE,)
    _KERNEL.GetCurrentProcess.restype = wintypes.HANDLE

    class JobObject:
        """A job object. When its last handle is closed, also because its owner ended, its processes end.

        Parameters
        ----------
        process_memory_bytes
            Memory that each of its processes may commit; beyond, allocations fail. `None` is no limit.

        Raises
        ------
        OSError
            If Windows refuses.
        """

        def __init__(self, process_memory_bytes: int | None = None) -> None:
            self._handle = _granted(_KERNEL.CreateJobObjectW(None, None))
            limits = _ExtendedLimits()
            limits.basic.flags = _KILL_ON_CLOSE | _DIE_ON_EXCEPTION
            if process_memory_bytes is not None:
                limits.basic.flags |= _PROCESS_MEMORY
                limits.process_memory = process_memory_bytes
            _granted(
                _KERNEL.SetInformationJobObject(
                    self._handle, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
                )
            )

        def add(self, process: int) -> None:
            """Put a process into it for good, and all that the process starts from now on, by its handle."""
            _granted(_KERNEL.AssignProcessToJobObject(self._handle, process))

        def terminate(self, status: int) -> None:
            """End all of its processes with an exit status."""
            _granted(_KERNEL.TerminateJobObject(self._handle, status))

        def close(self) -> None:
            """Close this handle."""
            _KERNEL.CloseHandle(self._handle)

    def confine_this_process(memory_bytes: int | None) -> None:
        """Limit what this process commits, for good, and let it crash without a dialog that would wait for somebody.

        The handle stays open: closing it would end this process.
        """
        _KERNEL.SetErrorMode(_NO_DIALOGS)
        JobObject(memory_bytes).add(_KERNEL.GetCurrentProcess())

    def _granted(result: int | None) -> int:
        if not result:
            raise ctypes.WinError(ctypes.get_last_error())
        return result
