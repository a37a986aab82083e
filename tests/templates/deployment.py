"""The built functions of a stack, in the environment that the templates give them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Self

from granted import ACCOUNT
from media_site import KEY_ID
from site_folder import SiteFolder
from stack import REGION, Json, Stack

ROTATION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/media-RotationRole"


@dataclass
class Deployment:
    """A stack and what moto has of it: its table and its bucket, both of the same name."""

    site: SiteFolder
    stack: Stack
    name: str

    @classmethod
    def made(cls, site: SiteFolder, name: str, **changes: str) -> Self:
        stack = site.stack(**changes)
        [table] = stack.of_type("AWS::DynamoDB::Table").values()
        members = ("AttributeDefinitions", "BillingMode", "KeySchema")
        dynamodb = site.services.client("dynamodb")
        dynamodb.create_table(TableName=name, **{member: table[member] for member in members})
        site.services.client("s3").create_bucket(Bucket=name)
        return cls(site, stack, name)

    def filled(self, text: str) -> str:
        """With what only a deployment knows put in."""
        known = {
            "<Content>": self.name,
            "<Edge/KeyGroup>": "group",
            "<Edge/PublicKeyOfA>": KEY_ID,
            "<Signer/Revocations>": self.name,
            "<Signer/RotationRole.Arn>": ROTATION_ROLE,
            "<Signer/Revocations.Arn>": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{self.name}",
            # The layer, which Lambda unpacks there.
            "/opt/": f"{self.site.infra}/site/",
        }
        for made, meant in known.items():
            text = text.replace(made, meant)
        return text

    def environment(self, function: str, **variables: str) -> dict[str, str]:
        """The template's own variables, and these."""
        made = self.stack.of_type("AWS::Lambda::Function")[f"Signer/{function}"]["Environment"]
        filled = {name: self.filled(str(text)) for name, text in made["Variables"].items()}
        for name, text in filled.items():
            assert "<" not in text, f"{name} has {text}"
        # As CloudFormation refers to it, so that metrics are compared by the function that they name.
        filled["AWS_LAMBDA_FUNCTION_NAME"] = f"<Signer/{function}>"
        return self.site.services.variables | filled | variables

    def granted(self, function: str) -> list[Json]:
        """The statements of the function's role."""
        role = self.stack.of_type("AWS::Lambda::Function")[f"Signer/{function}"]["Role"]
        found = self.stack.of_type("AWS::IAM::Role")[role.strip("<>").removesuffix(".Arn")]
        policies = json.loads(self.filled(json.dumps(found["Policies"])))
        return [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]
