"""How CloudFront refuses."""

# The model of API version 2020-05-31 gives code and status; the last three are of every AWS service.
STATUS = {
    "AccessDenied": 403,
    "InvalidArgument": 400,
    "InvalidIfMatchVersion": 400,
    "KeyGroupAlreadyExists": 409,
    "MalformedInput": 400,
    "NoSuchDistribution": 404,
    "NoSuchPublicKey": 404,
    "NoSuchResource": 404,
    "PreconditionFailed": 412,
    "PublicKeyAlreadyExists": 409,
    "PublicKeyInUse": 409,
    "ResourceInUse": 409,
    "TooManyKeyGroups": 400,
    "TooManyPublicKeys": 400,
    "TooManyPublicKeysInKeyGroup": 400,
    "ExpiredToken": 403,
    "ServiceUnavailable": 503,
    "Throttling": 400,
}


class Refused(Exception):
    """An operation that was not carried out."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = STATUS[code]
        self.message = message
