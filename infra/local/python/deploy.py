"""What does `sam deploy` do, here?

Reads one JSON request from standard input (see src/deploy.rs), brings the stack in ministack up to the template, makes its
table in the embedded DynamoDB, and prints one JSON answer: what CloudFormation made, by logical id.
"""

import hashlib
import io
import json
import os
import sys
import time
import zipfile
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from samtranslator.yaml_helper import yaml_parse

ARTIFACTS = "deployment-artifacts"
TABLE_PROPERTIES = ["AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes", "LocalSecondaryIndexes"]


class Refused(Exception):
    """The deployment did not go through; the message is for the person who started it."""


def main() -> None:
    request = json.load(sys.stdin)
    session = boto3.Session(
        aws_access_key_id=request["access_key"], aws_secret_access_key=request["secret_key"], region_name=request["region"]
    )

    def client(service: str, endpoint: str = request["endpoint"]):
        return session.client(service, endpoint_url=endpoint, config=Config(retries={"max_attempts": 3}, s3={"addressing_style": "path"}))

    try:
        template = yaml_parse(Path(request["template"]).read_text())
        not_built = missing_binaries(template, Path(request["binaries"]))
        packages = package(template, Path(request["binaries"]), Path(request["functions"]))
        allow_plain_http(template)
        widen_what_ministack_cannot_narrow(template)
        if not request["triggers"]:
            drop_triggers(template)
        changed = deploy(client, request, template, packages)
        resources = physical_ids(client("cloudformation"), request["stack"])
        if changed:
            name_key_sources(client("apigateway"), template, resources)
            shape_gateway_answers(client("apigateway"), template, resources, request["parameters"])
        make_tables(client("dynamodb", request["table_endpoint"]), template, resources)
        answer = {
            "changed": changed,
            "not_built": not_built,
            "hardware_refused": refresh_hardware(client("lambda"), request, resources),
            "outputs": outputs(client("cloudformation"), request["stack"]),
            "resources": resources,
            "environments": environments(client("lambda"), template, resources),
        }
    except (Refused, ClientError, OSError) as error:
        sys.exit(" ".join(str(error).split())[:600])
    json.dump(answer, sys.stdout)


def package(template: dict, binaries: Path, functions: Path) -> dict[str, bytes]:
    """Gives each function's folder a package: a bootstrap that becomes the binary cargo built.

    The binary is linked beside the stack's data, so that a build in between changes nothing that runs.
    """
    functions.mkdir(parents=True, exist_ok=True)
    packages = {}
    for resource in functions_of(template):
        name = Path(resource["Properties"]["CodeUri"]).name
        link(binaries / name, functions / name)
        packages[name] = zipped(f'#!/bin/sh\nexec "{functions / name}"\n')
        resource["Properties"]["CodeUri"] = f"s3://{ARTIFACTS}/{name}.zip"
        resource.get("Metadata", {}).pop("BuildMethod", None)
    return packages


def missing_binaries(template: dict, binaries: Path) -> list[str]:
    names = {Path(resource["Properties"]["CodeUri"]).name for resource in functions_of(template)}
    return sorted(name for name in names if not (binaries / name).exists())


def link(binary: Path, to: Path) -> None:
    to.unlink(missing_ok=True)
    if binary.exists():
        try:
            os.link(binary, to)
        except OSError:
            to.write_bytes(binary.read_bytes())
            to.chmod(0o755)


def zipped(bootstrap: str) -> bytes:
    buffer = io.BytesIO()
    entry = zipfile.ZipInfo("bootstrap")
    entry.external_attr = 0o755 << 16
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, bootstrap)
    return buffer.getvalue()


def functions_of(template: dict) -> list[dict]:
    return [r for r in template["Resources"].values() if r["Type"] == "AWS::Serverless::Function"]


def allow_plain_http(template: dict) -> None:
    """Our buckets answer over TLS only, and ministack holds us to it: without TLS here, that one statement has to go."""
    for logical, resource in list(template["Resources"].items()):
        if resource["Type"] == "AWS::S3::BucketPolicy":
            document = resource["Properties"]["PolicyDocument"]
            document["Statement"] = [s for s in document["Statement"] if "aws:SecureTransport" not in str(s.get("Condition"))]
            if not document["Statement"]:
                del template["Resources"][logical]


def widen_what_ministack_cannot_narrow(template: dict) -> None:
    """It asks one action of every resource, whichever one the call names, and knows a permission AWS has no more."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::IAM::Role":
            for policy in resource["Properties"].get("Policies", []):
                for statement in policy["PolicyDocument"]["Statement"]:
                    if statement["Action"] == "ses:SendEmail":
                        statement["Resource"] = "*"
                    if statement["Action"] == "sqs:SendMessage":
                        statement["Action"] = ["sqs:SendMessage", "sqs:SendMessageBatch"]


def drop_triggers(template: dict) -> None:
    """Leaves only what answers HTTP: queues fill and nothing consumes them but the caller."""
    for resource in functions_of(template):
        events = resource["Properties"].get("Events", {})
        resource["Properties"]["Events"] = {name: event for name, event in events.items() if event["Type"] == "Api"}


def deploy(client, request: dict, template: dict, packages: dict[str, bytes]) -> bool:
    """Creates or updates the stack; False when it already is what the template and the parameters say."""
    cloudformation, stack = client("cloudformation"), request["stack"]
    body = json.dumps(template, default=str)
    parameters = {k: v for k, v in request["parameters"].items() if k in template.get("Parameters", {})}
    told = json.dumps([body, parameters, sorted((k, v.hex()) for k, v in packages.items())], sort_keys=True)
    fingerprint = hashlib.sha256(told.encode()).hexdigest()

    before = described(cloudformation, stack)
    if before and before["StackStatus"].endswith("_COMPLETE") and "ROLLBACK" not in before["StackStatus"]:
        if {"Key": "fingerprint", "Value": fingerprint} in before.get("Tags", []):
            return False
    upload(client("s3"), {**{f"{name}.zip": archive for name, archive in packages.items()}, "template.json": body.encode()})
    change = cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=f"at-{time.time_ns()}",
        ChangeSetType="UPDATE" if before else "CREATE",
        TemplateURL=f"{request['endpoint']}/{ARTIFACTS}/template.json",
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
        Tags=[{"Key": "fingerprint", "Value": fingerprint}],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    )["Id"]
    planned = until(lambda: cloudformation.describe_change_set(ChangeSetName=change), "Status")
    if planned["Status"] != "CREATE_COMPLETE":
        raise Refused(f"the template was refused: {planned.get('StatusReason')}")
    cloudformation.execute_change_set(ChangeSetName=change)
    after = until(lambda: described(cloudformation, stack), "StackStatus")
    if after["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise Refused(f"the stack is {after['StackStatus']}: {first_failure(cloudformation, stack)}")
    return True


def described(cloudformation, stack: str) -> dict | None:
    try:
        found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return None if found["StackStatus"] in ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE") else found


def until(look, status: str) -> dict:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        seen = look()
        if seen and not seen[status].endswith(("_IN_PROGRESS", "_PENDING")):
            return seen
        time.sleep(0.1)
    raise Refused("the deployment did not end within two minutes")


def first_failure(cloudformation, stack: str) -> str:
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [e for e in events if e["ResourceStatus"].endswith("_FAILED")]
    return "; ".join(f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason')}" for e in failed[-3:])


def upload(s3, files: dict[str, bytes]) -> None:
    s3.create_bucket(Bucket=ARTIFACTS)
    for name, content in files.items():
        s3.put_object(Bucket=ARTIFACTS, Key=name, Body=content)


def physical_ids(cloudformation, stack: str) -> dict[str, str]:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return {r["LogicalResourceId"]: r["PhysicalResourceId"] for page in pages for r in page["StackResourceSummaries"]}


def outputs(cloudformation, stack: str) -> dict[str, str]:
    return {o["OutputKey"]: o["OutputValue"] for o in described(cloudformation, stack).get("Outputs", [])}


def name_key_sources(gateway, template: dict, resources: dict[str, str]) -> None:
    """ministack makes each API with keys from the header, whatever its ApiKeySourceType."""
    for logical, resource in template["Resources"].items():
        source = resource["Properties"].get("ApiKeySourceType") if resource["Type"] == "AWS::Serverless::Api" else None
        if source:
            patch = [{"op": "replace", "path": "/apiKeySource", "value": source}]
            gateway.update_rest_api(restApiId=resources[logical], patchOperations=patch)


def shape_gateway_answers(gateway, template: dict, resources: dict[str, str], parameters: dict[str, str]) -> None:
    """ministack ignores SAM's GatewayResponses: each is put by hand and becomes true with one more deployment of the stage."""
    stage = parameters.get("Stage") or template["Parameters"]["Stage"]["Default"]
    everywhere = template.get("Globals", {}).get("Api", {}).get("GatewayResponses", {})
    for logical, resource in template["Resources"].items():
        if resource["Type"] != "AWS::Serverless::Api":
            continue
        for kind, response in {**everywhere, **resource["Properties"].get("GatewayResponses", {})}.items():
            headers = response.get("ResponseParameters", {}).get("Headers", {})
            gateway.put_gateway_response(
                restApiId=resources[logical],
                responseType=kind,
                statusCode=str(response["StatusCode"]),
                responseParameters={f"gatewayresponse.header.{name}": value for name, value in headers.items()},
                responseTemplates=response.get("ResponseTemplates", {}),
            )
        gateway.create_deployment(restApiId=resources[logical], stageName=stage)


def make_tables(dynamodb, template: dict, resources: dict[str, str]) -> None:
    """CloudFormation makes a table only inside ministack; the one that is used is made here from the same resource."""
    for logical, resource in template["Resources"].items():
        if resource["Type"] != "AWS::DynamoDB::Table":
            continue
        properties = resource["Properties"]
        try:
            dynamodb.create_table(
                TableName=resources[logical], **{name: properties[name] for name in TABLE_PROPERTIES if name in properties}
            )
        except dynamodb.exceptions.ResourceInUseException:
            continue
        if "TimeToLiveSpecification" in properties:
            dynamodb.update_time_to_live(
                TableName=resources[logical], TimeToLiveSpecification=properties["TimeToLiveSpecification"]
            )


def refresh_hardware(functions, request: dict, resources: dict[str, str]) -> str | None:
    """The first list of devices, as an operator would ask for it after a deployment; says why there is none."""
    if not request["triggers"] or "RefreshHardwareFunction" not in resources:
        return None
    answer = functions.invoke(FunctionName=resources["RefreshHardwareFunction"], Payload=b"{}")
    if "FunctionError" not in answer:
        return None
    return str(json.load(answer["Payload"]).get("errorMessage"))[:200]


def environments(functions, template: dict, resources: dict[str, str]) -> dict[str, dict[str, str]]:
    return {
        logical: functions.get_function_configuration(FunctionName=resources[logical]).get("Environment", {}).get("Variables", {})
        for logical, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


if __name__ == "__main__":
    main()
