"""REST-XML as the AWS SDKs speak it: documents of elements, lists of a quantity and items."""

from collections.abc import Mapping
from datetime import datetime
from xml.etree import ElementTree

from refused import Refused

NAMESPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"

# What one of the `Items` of a member is called, after the model of API version 2020-05-31.
ITEM = {
    "ActiveTrustedKeyGroups": "KeyGroup",
    "Aliases": "CNAME",
    "AllowedMethods": "Method",
    "CacheBehaviors": "CacheBehavior",
    "CachedMethods": "Method",
    "CustomErrorResponses": "CustomErrorResponse",
    "CustomHeaders": "OriginCustomHeader",
    "DistributionIdList": "DistributionId",
    "DistributionList": "DistributionSummary",
    "FunctionAssociations": "FunctionAssociation",
    "GeoRestriction": "Location",
    "Headers": "Name",
    "KeyGroupConfig": "PublicKey",
    "KeyGroupList": "KeyGroupSummary",
    "KeyPairIds": "KeyPairId",
    "LambdaFunctionAssociations": "LambdaFunctionAssociation",
    "Members": "OriginGroupMember",
    "OriginGroups": "OriginGroup",
    "OriginSslProtocols": "SslProtocol",
    "Origins": "Origin",
    "PublicKeyList": "PublicKeySummary",
    "QueryStringCacheKeys": "Name",
    "StatusCodes": "StatusCode",
    "TrustedKeyGroups": "KeyGroup",
    "TrustedSigners": "AwsAccountNumber",
    "WhitelistedNames": "Name",
}


def document(name: str, members: Mapping[str, object]) -> bytes:
    root = element(name, members)
    root.set("xmlns", NAMESPACE)
    written: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def element(name: str, value: object) -> ElementTree.Element:
    made = ElementTree.Element(name)
    if isinstance(value, Mapping):
        for member, inner in value.items():
            if isinstance(inner, list):
                items = ElementTree.SubElement(made, member)
                items.extend(element(ITEM[name], item) for item in inner)
            elif inner is not None:
                made.append(element(member, inner))
    else:
        made.text = text(value)
    return made


def text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(value)


def refusal(refused: Refused, request_id: str) -> bytes:
    error = {"Type": "Sender", "Code": refused.code, "Message": refused.message}
    return document("ErrorResponse", {"Error": error, "RequestId": request_id})


class Body:
    """A document that was sent."""

    def __init__(self, name: str, content: bytes) -> None:
        try:
            self._root = ElementTree.fromstring(content)
        except ElementTree.ParseError as error:
            raise Refused("MalformedInput", f"The request body is not XML: {error}") from error
        if self._root.tag != f"{{{NAMESPACE}}}{name}":
            raise Refused("MalformedInput", f"The request body is no {name}.")

    def text(self, member: str) -> str:
        return self._root.findtext(f"{{{NAMESPACE}}}{member}") or ""

    def items(self, item: str) -> list[str]:
        path = f"{{{NAMESPACE}}}Items/{{{NAMESPACE}}}{item}"
        return [found.text or "" for found in self._root.findall(path)]
