"""Size of a picture coded in HEVC, whatever the file around it says."""

_SEQUENCE_PARAMETERS = 33
"""Type of the unit that holds the size (ITU-T H.265, 7.4.2.2)."""

_PROFILE_BITS = 88
_CONFIGURATION_BYTES = 22
_SEQUENCE_BYTES = 200
"""Bytes of a sequence parameter set that are read: the size precedes anything that may be long."""


def coded_pixels(configuration: bytes) -> int:
    """Most pixels that an ``hvcC`` box announces (ISO/IEC 14496-15, 8.3.3), 0 if it announces none."""
    most, at = 0, _CONFIGURATION_BYTES + 1
    for _ in range(int.from_bytes(configuration[_CONFIGURATION_BYTES:at])):
        kind, units, at = (
            int.from_bytes(configuration[at : at + 1]) & 0x3F,
            int.from_bytes(configuration[at + 1 : at + 3]),
            at + 3,
        )
        for _ in range(units):
            if at >= len(configuration):
                return most
            length, at = int.from_bytes(configuration[at : at + 2]), at + 2
            if kind == _SEQUENCE_PARAMETERS:
                most = max(most, _sequence_pixels(configuration[at : at + length]))
            at += length
    return most


def _sequence_pixels(unit: bytes) -> int:
    """Width times height of a sequence parameter set (ITU-T H.265, 7.3.2.2.1)."""
    bits = _Bits(unit[2:_SEQUENCE_BYTES].replace(b"\0\0\3", b"\0\0"))
    bits.take(4)
    sublayers = bits.take(3)
    bits.take(1 + _PROFILE_BITS + 8)
    present = [(bits.take(1), bits.take(1)) for _ in range(sublayers)]
    if sublayers:
        bits.take(2 * (8 - sublayers))
    for has_profile, has_level in present:
        bits.take(_PROFILE_BITS * has_profile + 8 * has_level)
    bits.number()
    if bits.number() == 3:  # chroma in planes of its own
        bits.take(1)
    return bits.number() * bits.number()


class _Bits:
    """Bits of a byte string, the highest first, followed by zeros."""

    def __init__(self, body: bytes) -> None:
        self._value, self._left = int.from_bytes(body), 8 * len(body)

    def take(self, count: int) -> int:
        self._left -= count
        shifted = self._value >> self._left if self._left >= 0 else self._value << -self._left
        return shifted & ((1 << count) - 1)

    def number(self) -> int:
        """An unsigned number in Exp-Golomb code."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 32:
                return 0
        return (1 << zeros) - 1 + self.take(zeros)
