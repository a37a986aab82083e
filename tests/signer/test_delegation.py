"""The rotation's delegation ends up where the publisher reads it, whichever service keeps it."""

import json
from pathlib import Path

import pytest
from in_between import Answered, Asked, in_between
from media_site import GRANTS, KeyPair
from rotating_site import CloudFront, RotatingSite
from services import Services
from test_rotate import NOT_YET, Operator, PublishedState

TEAMS_KEY = "alias/team"


class ParameterStore:
    """What moto is too kind for."""

    def __init__(self) -> None:
        self.put: list[dict[str, str]] = []

    def __call__(self, asked: Asked) -> Answered | None:
        if asked.operation == "PutParameter":
            self.put.append(asked.json)
            if asked.json["Name"].startswith("arn:"):
                return Answered.error("ValidationException")
        elif asked.operation == "GetParameterHistory":
            # It takes an ARN, which moto does not.
            name = asked.json["Name"].partition(":parameter")[2]
            asked.body = json.dumps(asked.json | {"Name": name}).encode()
        return None


@pytest.mark.parametrize("service", ["secretsmanager", "ssm"])
def test_it_is_stored(services: Services, p256: KeyPair, tmp_path: Path, service: str) -> None:
    parameters = ParameterStore()
    grants = tmp_path / "grants.toml"
    grants.write_text(GRANTS)
    endpoint = services.variables["AWS_ENDPOINT_URL"]
    with CloudFront() as cloudfront, in_between(endpoint) as between:
        between.instead = parameters
        site = RotatingSite(services, cloudfront, p256, EDGEPASS_GRANTS=str(grants))
        operator, state = Operator(site), PublishedState(tmp_path, site)
        state.delegate("=old.pem:ECDSA-SHA256")
        state.publish()
        delegation = tmp_path / "delegation.pem"
        source = stored(services, service, delegation.read_text())
        site.variables |= {
            "AWS_ENDPOINT_URL_SSM": between.address,
            "EDGEPASS_ROOT_KEY": f"file:{tmp_path / 'root' / 'private.pem'}",
            "EDGEPASS_STATE": f"file:{tmp_path / 'state'}",
            "EDGEPASS_STATE_DELEGATION": source,
        }
        assert operator.rotate("start", code=NOT_YET)["waits_for"] == "publication"
        candidate = operator.rotate("status")["candidate"]["key_id"]
    delegation.write_text(services.text(source))
    state.publish()
    assert state.listed() == [None, candidate]
    for put in parameters.put:
        assert (put["Name"], put["KeyId"]) == ("/site/delegation", TEAMS_KEY)
        assert put["Type"] == "SecureString"
    assert len(parameters.put) == (service == "ssm")


def stored(services: Services, service: str, text: str) -> str:
    """Where the deployment keeps the delegation, named by its ARN as the template does."""
    if service == "secretsmanager":
        return services.secret("site-delegation", text)
    services.parameter("/site/delegation", text, key=TEAMS_KEY)
    return f"ssm:{services.parameter_arn('/site/delegation')}"
