"""Drivers of GPUs and their versions, as Vulkan tells them; for child processes, which may load drivers."""

import ctypes
import struct
import sys

_LOADER = "libvulkan.so.1"
_VULKAN_1_2 = (1 << 22) | (2 << 12)
_APPLICATION, _INSTANCE, _PROPERTIES, _DRIVER = 0, 1, 1_000_059_001, 1_000_196_000
"""Types of Vulkan's structures, by which each begins."""

_HEADER_BYTES, _NAME_BYTES = 16, 256
_PROPERTIES_BYTES, _DEVICE_NAME_AT = 824, 20
"""Size of ``VkPhysicalDeviceProperties``, and the place of the name in it."""

_MOST_DEVICES = 32


class _ApplicationInfo(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_uint32),
        ("next", ctypes.c_void_p),
        ("application", ctypes.c_char_p),
        ("application_version", ctypes.c_uint32),
        ("engine", ctypes.c_char_p),
        ("engine_version", ctypes.c_uint32),
        ("api_version", ctypes.c_uint32),
    )


class _InstanceInfo(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_uint32),
        ("next", ctypes.c_void_p),
        ("flags", ctypes.c_uint32),
        ("application", ctypes.POINTER(_ApplicationInfo)),
        ("layers", ctypes.c_uint32),
        ("layer_names", ctypes.c_void_p),
        ("extensions", ctypes.c_uint32),
        ("extension_names", ctypes.c_void_p),
    )


def vulkan_driver(device: str) -> str:
    """Name and version of the driver of a device: ``"NVIDIA 580.159.04"``; empty if Vulkan does not tell.

    Parameters
    ----------
    device
        Name of the device as its driver gives it.
    """
    return _told_by_vulkan(device) if sys.platform == "linux" else ""


def _told_by_vulkan(device: str) -> str:
    try:
        vulkan = ctypes.CDLL(_LOADER)
    except OSError:
        return ""
    application = _ApplicationInfo(type=_APPLICATION, api_version=_VULKAN_1_2)
    info = _InstanceInfo(type=_INSTANCE, application=ctypes.pointer(application))
    instance = ctypes.c_void_p()
    if vulkan.vkCreateInstance(ctypes.byref(info), None, ctypes.byref(instance)) != 0:
        return ""
    try:
        count, devices = ctypes.c_uint32(_MOST_DEVICES), (ctypes.c_void_p * _MOST_DEVICES)()
        vulkan.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), devices)
        described = [_described(vulkan, handle) for handle in devices[: count.value] if handle]
    finally:
        vulkan.vkDestroyInstance(instance, None)
    return next((driver for name, driver in described if name == device), "")


def _described(vulkan: ctypes.CDLL, handle: int) -> tuple[str, str]:
    """Name of a device, and its driver."""
    told = ctypes.create_string_buffer(struct.pack("=IIQ", _DRIVER, 0, 0), _HEADER_BYTES + 4 + 2 * _NAME_BYTES + 4)
    header = struct.pack("=IIQ", _PROPERTIES, 0, ctypes.addressof(told))
    properties = ctypes.create_string_buffer(header, _HEADER_BYTES + _PROPERTIES_BYTES)
    vulkan.vkGetPhysicalDeviceProperties2(ctypes.c_void_p(handle), properties)
    driver = _HEADER_BYTES + 4
    names = (_text(told.raw[place : place + _NAME_BYTES]) for place in (driver, driver + _NAME_BYTES))
    name = _HEADER_BYTES + _DEVICE_NAME_AT
    return _text(properties.raw[name : name + _NAME_BYTES]), " ".join(filter(None, names))


def _text(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("utf-8", "replace")
