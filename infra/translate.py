"""What does CloudFormation get once SAM has expanded template.yaml?

Reads a SAM template, prints the CloudFormation template as JSON. The raw template hides what SAM adds (permissions,
event source mappings, deployments), so linting and counting are done on this one.
"""

import argparse
import json
import logging
import os
import sys
from pathlib import Path

from samtranslator.public.translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


class NoManagedPolicies(ManagedPolicyLoader):
    """Every function brings its own role, so that SAM looks no policy up."""

    def __init__(self) -> None:
        super().__init__(None)

    def load(self) -> dict[str, str]:
        return {}


def with_artifacts(template: dict) -> dict:
    """`sam deploy` replaces folders by uploaded archives before the transform runs; so do we, by names that stand for them."""
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"s3://artifacts/{name}.zip"
    return template


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("template", type=Path)
    arguments.add_argument("parameters", nargs="*", metavar="Name=Value", help="parameter values other than the defaults")
    given = arguments.parse_args()

    os.environ.setdefault("AWS_DEFAULT_REGION", "us-west-2")
    logging.getLogger("samtranslator.feature_toggle").setLevel(logging.CRITICAL)  # asks for a file only AWS has
    template = with_artifacts(yaml_parse(given.template.read_text()))
    parameters = dict(pair.split("=", 1) for pair in given.parameters)
    json.dump(transform(template, parameters, NoManagedPolicies()), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
