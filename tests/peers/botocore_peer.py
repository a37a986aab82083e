"""botocore's CloudFrontSigner as a peer: one order a line in, one answer a line out.

Run with the folder of the private keys. An order names one by `key_id`, for `KEY_ID.pem`, and wants
a signed `url`, whose policy may be for a wider `pattern`. botocore signs RSA-SHA1 URLs and nothing
else; every other order is answered with an error, as is what botocore refuses.
"""

import json
import sys
from datetime import datetime, timezone
from functools import cache
from pathlib import Path

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key


def main(keys):
    @cache
    def private_key(key_id):
        return load_pem_private_key((keys / f"{key_id}.pem").read_bytes(), password=None)

    for line in sys.stdin:
        try:
            order = json.loads(line)
            answer = {"url": signed_url(order, private_key(order["key_id"]))}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


def signed_url(order, private_key):
    rsa = isinstance(private_key, RSAPrivateKey)
    if not rsa or order["hash"] != "SHA1" or "url" not in order:
        raise NotImplementedError("botocore signs RSA-SHA1 URLs only")
    signer = CloudFrontSigner(
        order["key_id"], lambda text: private_key.sign(text, PKCS1v15(), SHA1())
    )
    url, expires = order["url"], instant(order["expires"])
    starts, address, pattern = order.get("starts"), order.get("ip"), order.get("pattern")
    if starts is None and address is None and pattern is None:
        return signer.generate_presigned_url(url, date_less_than=expires)
    policy = signer.build_policy(
        url if pattern is None else pattern,
        expires,
        date_greater_than=None if starts is None else instant(starts),
        ip_address=address,
    )
    return signer.generate_presigned_url(url, policy=policy)


def instant(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
