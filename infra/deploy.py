"""Brings one stage up to date: the hub's stack, the forwarding of task events from other regions, the list of devices."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

INFRA = Path(__file__).parent
BUILT = INFRA.parent / "target" / "sam"
SAM = Path(sys.executable).with_name("sam")


def sam(*arguments: str | Path) -> None:
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0"}
    subprocess.run([SAM, *arguments], cwd=INFRA.parent, env=environment, check=True)


def stage_file(name: str) -> Path:
    path = INFRA / "stages" / f"{name}.toml"
    if not path.is_file():
        sys.exit(f"no stage file {path}: copy infra/stages/example.toml and fill it in")
    return path


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("say which stage: make deploy STAGE=<name of a file in infra/stages>")
    config = stage_file(sys.argv[1])
    stage = tomllib.loads(config.read_text())
    stack = stage["default"]["global"]["parameters"]["stack_name"]
    home = stage["default"]["global"]["parameters"]["region"]
    uploads = ("--resolve-s3", "--no-fail-on-empty-changeset", "--no-confirm-changeset", "--capabilities", "CAPABILITY_IAM")

    sam("build", "--template", INFRA.parent / "template.yaml", "--manifest", INFRA / "sam-build.mk", "--build-dir", BUILT, "--region", home)
    sam("deploy", "--config-file", config.resolve(), "--template-file", BUILT / "template.yaml", *uploads)
    for region in stage.get("braket", {}).get("regions", []):
        if region != home:
            sam("deploy", "--stack-name", f"{stack}-braket-events", "--region", region, "--template-file", INFRA / "braket-region.yaml",
                "--parameter-overrides", f"HomeRegion={home}", *uploads)
    sam("remote", "invoke", "RefreshHardwareFunction", "--stack-name", stack, "--region", home, "--event", "{}")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failure:
        sys.exit(f"{' '.join(map(str, failure.cmd[:2]))} failed; its own message is above")
