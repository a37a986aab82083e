"""A site as `edgepass init --aws` makes it, and its functions as `sam build` builds them."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samcli.cli.types import CfnParameterOverridesType

from emulator import BINARIES, ROOT, VENV
from services import Services
from stack import INFRA, REGION, Sources, Stack

SAM = Path(sys.executable).parent / "sam"
PROGRAM = BINARIES / "edgepass"

DOMAIN = "media.example.com"
GIVEN = {
    "--certificate": "arn:aws:acm:us-east-1:111122223333:certificate/example",
    "--issuer": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_example",
    "--audience": "web",
    "--origin": "https://www.example.com",
}


def run(*command: str | Path, folder: Path, together: bool = False, **environment: str) -> str:
    """What it printed to standard output, or `together` with what it printed to standard error."""
    variables = os.environ | {"AWS_DEFAULT_REGION": REGION, "SAM_CLI_TELEMETRY": "0"} | environment
    done = subprocess.run(
        command,
        cwd=folder,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if together else subprocess.PIPE,
        text=True,
    )
    assert done.returncode == 0, done.stdout + (done.stderr or "")
    return done.stdout


@dataclass
class SiteFolder:
    """A copy of `infra/` with a new site in its folder `site`."""

    infra: Path
    services: Services
    told: str
    """What `init` printed."""

    @classmethod
    def new(cls, folder: Path, services: Services) -> SiteFolder:
        assert PROGRAM.exists(), "run the suite `signer`, which builds it with the AWS SDK"
        infra = folder / "infra"
        shutil.copytree(INFRA, infra, ignore=shutil.ignore_patterns(".aws-sam", "site", "bundle"))
        # `CodeUri` of the signer is beside `infra/`.
        (folder / "signer").symlink_to(ROOT / "signer")
        words: list[str | Path] = ["init", "--aws", "--domain", DOMAIN, "--out", infra / "site"]
        words += [word for option in GIVEN.items() for word in option]
        told = run(PROGRAM, *words, folder=folder, together=True, **services.variables)
        return cls(infra, services, told)

    @property
    def edge_toml(self) -> Path:
        return self.infra / "site" / "edge.toml"

    def toml(self, name: str) -> dict[str, Any]:
        return tomllib.loads((self.infra / "site" / name).read_text())

    def parameters(self) -> dict[str, str]:
        """The parameters of the deployment, read as SAM reads them."""
        table = self.toml("samconfig.toml")["default"]["deploy"]["parameters"]
        read: dict[str, str] = CfnParameterOverridesType().convert(
            table["parameter_overrides"], None, None
        )
        return read

    def stack(self, **changes: str) -> Stack:
        return Stack(Sources.committed(), "template.yaml", self.parameters() | changes)

    def build(self) -> None:
        """Every function, by `sam build`, as samconfig.toml says.

        In the debug profile and for this machine, so that the SDK need not be compiled again: a
        deployment builds the same for release and arm64.
        """
        bundle = self.infra / "bundle"
        run(
            *(PROGRAM, "bundle", "lambda-edge", "--config", self.edge_toml, "--out", bundle),
            folder=self.infra,
        )
        if platform.machine() == "x86_64":
            signer = self.infra / "signer.yaml"
            text = signer.read_text().replace("Architectures: [arm64]", "Architectures: [x86_64]")
            signer.write_text(text)
        run(
            *(SAM, "build", "--config-file", "site/samconfig.toml"),
            folder=self.infra,
            CARGO_INCREMENTAL="0",
            # Its own would link by Zig, for which C is compiled again.
            CARGO_LAMBDA_COMPILER="cargo",
            # `with_aws` of tests/run: signer alone would give the SDK other features.
            CARGO_LAMBDA_COMPILER_EXTRA_ARGS="-p edgepass-signer -p edgepass --features edgepass/aws",
            PATH=f"{VENV}:{os.environ['PATH']}",
            SAM_BUILD_MODE="debug",
        )

    def built(self, name: str) -> Path:
        """What `sam build` made of a function of the signer."""
        return self.infra / ".aws-sam" / "build" / "Signer" / name / "bootstrap"
