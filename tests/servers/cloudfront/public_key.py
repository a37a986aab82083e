"""Public keys: which PEMs CloudFront takes, and what it keeps of them.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime

from refused import Refused

RSA = bytes.fromhex("2a864886f70d010101")
EC = bytes.fromhex("2a8648ce3d0201")
P256 = bytes.fromhex("2a8648ce3d030107")

# FIPS 186-4, D.1.2.3
P256_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
P256_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B

COMMENT_LENGTH = 128


@dataclass
class PublicKey:
    id: str
    etag: str
    created: datetime
    caller_reference: str
    name: str
    encoded_key: str
    comment: str

    def __post_init__(self) -> None:
        if not self.name or not self.caller_reference or len(self.comment) > COMMENT_LENGTH:
            raise Refused("InvalidArgument", "A name, caller reference or comment is not valid.")
        if not is_accepted(self.encoded_key):
            raise Refused(
                "InvalidArgument",
                "Your request contains empty/invalid/out of limits RSA or ECDSA Encoded Key.",
            )

    def config(self) -> dict[str, object]:
        return {
            "CallerReference": self.caller_reference,
            "Name": self.name,
            "EncodedKey": self.encoded_key,
            "Comment": self.comment,
        }

    def full(self) -> dict[str, object]:
        return {"Id": self.id, "CreatedTime": self.created, "PublicKeyConfig": self.config()}

    def summary(self) -> dict[str, object]:
        return {
            "Id": self.id,
            "Name": self.name,
            "CreatedTime": self.created,
            "EncodedKey": self.encoded_key,
            "Comment": self.comment,
        }


def is_accepted(pem: str) -> bool:
    """RSA of 2048 bits, or a point on P-256, as SubjectPublicKeyInfo (RFC 5280, RFC 5480)."""
    lines = re.fullmatch(
        r"\s*-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*", pem
    )
    if not lines:
        return False
    try:
        (key_info,) = elements(base64.b64decode("".join(lines[1].split()), validate=True))
        algorithm, key = elements(key_info[1])
        kind, *parameters = elements(algorithm[1])
        unused, bits = key[1][0], key[1][1:]
        if (key_info[0], algorithm[0], key[0], unused) != (0x30, 0x30, 0x03, 0):
            return False
        if kind[1] == RSA:
            ((_, numbers),) = elements(bits)
            modulus, exponent = (int.from_bytes(number) for _, number in elements(numbers))
            return modulus.bit_length() == 2048 and exponent >= 3
        return kind[1] == EC and parameters == [(0x06, P256)] and is_on_p256(bits)
    except (binascii.Error, IndexError, ValueError):
        return False


def elements(der: bytes) -> list[tuple[int, bytes]]:
    """Tags and contents, one after the other."""
    found = []
    while der:
        tag, length, start = der[0], der[1], 2
        if length >= 0x80:
            start += length - 0x80
            length = int.from_bytes(der[2:start])
        if start + length > len(der):
            raise ValueError("cut short")
        found.append((tag, der[start : start + length]))
        der = der[start + length :]
    return found


def is_on_p256(point: bytes) -> bool:
    if len(point) != 65 or point[0] != 0x04:
        return False
    x, y = int.from_bytes(point[1:33]), int.from_bytes(point[33:])
    return max(x, y) < P256_PRIME and (y * y - x**3 + 3 * x - P256_B) % P256_PRIME == 0
