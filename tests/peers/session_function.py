"""What one writes with botocore's signer: the authorizer's groups decide, cookies come out.

The loop at the end is all that Lambda's own runtime client does.
"""

import base64
import json
import os
import time
from datetime import datetime, timezone
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

KEY_ID = "K2JCJMDEHXQW5F"
key = load_pem_private_key(Path(os.environ["PRIVATE_KEY_FILE"]).read_bytes(), password=None)
assert isinstance(key, RSAPrivateKey)
signer = CloudFrontSigner(KEY_ID, lambda text: key.sign(text, PKCS1v15(), SHA256()))


def handler(event: dict[str, Any]) -> dict[str, Any]:
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    if "subscribers" not in claims["cognito:groups"]:
        return {"statusCode": 403}
    expires = int(time.time()) + 4 * 3600
    policy = signer.build_policy(
        "https://media.example.com/standard/*", datetime.fromtimestamp(expires, timezone.utc)
    ).encode()
    # The signer makes URLs only; for cookies one calls what is inside.
    values = {
        "Policy": cloudfront_base64(policy),
        "Signature": cloudfront_base64(signer.rsa_signer(policy)),
        "Key-Pair-Id": KEY_ID,
        "Hash-Algorithm": "SHA256",
    }
    return {
        "statusCode": 200,
        "cookies": [
            f"CloudFront-{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
            for name, value in values.items()
        ],
        "headers": {"cache-control": "no-store", "content-type": "application/json"},
        "body": json.dumps({"expires_at": expires}),
    }


def cloudfront_base64(value: bytes) -> str:
    return base64.b64encode(value).decode().translate(str.maketrans("+=/", "-_~"))


def main() -> None:
    connection = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    base = "/2018-06-01/runtime/invocation"
    while True:
        connection.request("GET", f"{base}/next")
        response = connection.getresponse()
        answer = handler(json.loads(response.read()))
        request_id = response.headers["lambda-runtime-aws-request-id"]
        connection.request("POST", f"{base}/{request_id}/response", json.dumps(answer))
        connection.getresponse().read()


main()
