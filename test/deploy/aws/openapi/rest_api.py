"""A REST API, read out of an OpenAPI document."""

import re
from dataclasses import dataclass, field

from .document import parse
from .extensions import REST, check_extensions
from .findings import Findings
from .gateway_response import read_gateway_responses
from .model import Models
from .path import check_path, check_siblings
from .rest_authorizer import read_schemes
from .rest_integration import read_integration
from .security import check_root, read_security
from .template import check_placeholders

VALIDATOR = "x-amazon-apigateway-request-validator"
VALIDATORS = "x-amazon-apigateway-request-validators"
LOCATIONS = {"path": "path", "query": "querystring", "header": "header"}
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
SEGMENT = r"a-zA-Z0-9_\-.,:"


@dataclass
class Method:
    path: str
    verb: str
    security: object
    parameters: dict
    models: dict
    responses: dict
    integration: dict | None
    validator: str | None
    name: str | None


@dataclass
class RestApi:
    content: dict
    authorizers: dict = field(default_factory=dict)
    models: dict = field(default_factory=dict)
    validators: dict = field(default_factory=dict)
    gateway_responses: dict = field(default_factory=dict)
    methods: list = field(default_factory=list)


def read_rest_api(text, variables):
    """The API, None where there is none to be had, and what was found."""
    findings = Findings()
    document = parse(text, variables, findings)
    if document is None:
        return None, findings
    check_placeholders(document)
    check_extensions(document, REST)
    check_root(document)
    check_siblings(document.object_at("paths"), findings)
    models = Models(document)
    authorizers, schemes = read_schemes(document)
    validators = document.object_at(VALIDATORS)
    check_validator(document.content, (), validators, findings)
    methods = [read_method(each, schemes, models, validators) for each in document.operations()]
    responses = read_gateway_responses(document)
    return RestApi(document.content, authorizers, models.schemas, validators, responses, methods), findings


def read_method(operation, schemes, models, validators):
    findings, content, place = operation.document.findings, operation.content, operation.place
    if operation.method == "TRACE":
        findings.error(place, "API Gateway has no such method")
    check_path(operation, findings, place[:-1], SEGMENT)
    check_validator(content, place, validators, findings)
    for where, name in operation.parameters:
        if where not in LOCATIONS:
            findings.warning(place, f"the {where} parameter {name} is not supported")
    body, body_place = operation.document.resolve(content.get("requestBody"), (*place, "requestBody"))
    return Method(
        path=operation.path,
        verb=operation.method,
        security=read_security(operation, schemes),
        parameters={
            f"method.request.{LOCATIONS[where]}.{name}": bool(each.get("required"))
            for (where, name), each in operation.parameters.items()
            if where in LOCATIONS
        },
        models=models.of_content(body.get("content"), body_place),
        responses=dict(read_responses(operation, models)),
        integration=read_integration(operation),
        validator=content.get(VALIDATOR, operation.document.content.get(VALIDATOR)),
        name=content.get("operationId"),
    )


def read_responses(operation, models):
    for code, response, place in operation.responses():
        if code == "default":
            continue  # AWS's own examples have it; a method response is of one status.
        if not re.fullmatch(r"[1-5]\d\d", code):
            operation.document.findings.warning(place, f"{code} is no status code")
            continue
        headers = {
            f"method.response.header.{name}": bool(operation.document.resolve(header, place)[0].get("required"))
            for name, header in (response.get("headers") or {}).items()
        }
        yield code, (headers, models.of_content(response.get("content"), place, is_response=True))


def check_validator(content, place, validators, findings):
    name = content.get(VALIDATOR)
    if isinstance(name, str) and name not in validators:
        findings.error((*place, VALIDATOR), f"{name} is none of {VALIDATORS}")
