"""botocore's CloudFrontSigner for tests/bench: `sign RSA-SHA1 TIMES` in, nanoseconds out.

Run with the folder of the key. The key is parsed once, as a careful caller would.
"""

import sys
from datetime import datetime, timezone
from pathlib import Path
from time import perf_counter_ns

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key

PATTERN = "https://media.example.com/courses/42/*"
URL = "https://media.example.com/courses/42/lesson-1/segment-0007.m4s"
NETWORK = "203.0.113.0/24"
EXPIRES = datetime.fromtimestamp(1767290400, timezone.utc)


def main(folder):
    key = load_pem_private_key((folder / "rsa.pem").read_bytes(), password=None)
    signer = CloudFrontSigner("K2JCJMDEHXQW5F", lambda text: key.sign(text, PKCS1v15(), SHA1()))
    for line in sys.stdin:
        what, algorithm, times = line.split()
        if (what, algorithm) != ("sign", "RSA-SHA1"):
            raise ValueError(f"`{what} {algorithm}` is not measured here")
        start = perf_counter_ns()
        for _ in range(int(times)):
            policy = signer.build_policy(PATTERN, EXPIRES, ip_address=NETWORK)
            signer.generate_presigned_url(URL, policy=policy)
        print(perf_counter_ns() - start, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
