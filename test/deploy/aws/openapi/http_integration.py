"""What stands behind an operation of an HTTP API.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html
https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html
"""

import re

from .arn import CREDENTIALS, FUNCTION_OR_ARN, LISTENER, ROLE, URL
from .findings import quote
from .mapping import NAME, RESERVED, selection_fault
from .service_actions import ACTIONS, ARNS
from .shape import STATUS, TEXT, check, each, exactly, pattern

INTEGRATION = "x-amazon-apigateway-integration"
TYPES = ("AWS_PROXY", "HTTP_PROXY")
REST_ONLY = ("requestTemplates", "responses", "contentHandling", "cacheNamespace", "cacheKeyParameters", "passthroughBehavior")
METHOD = {"enum": ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "ANY"]}
REQUEST = pattern(rf"(append|overwrite|remove):(header|querystring)\.{NAME}|overwrite:path", "append|overwrite|remove:header.<name>")
RESPONSE = pattern(rf"(append|overwrite|remove):header\.{NAME}|overwrite:statuscode", "append|overwrite|remove:header.<name>")
COMMON = {
    "type": {"enum": list(TYPES)},
    "payloadFormatVersion": {"enum": ["1.0"]},
    "timeoutInMillis": {"type": "integer", "minimum": 50, "maximum": 30000},
    "connectionType": {"enum": ["INTERNET", "VPC_LINK"]},
    "connectionId": TEXT,
    "requestParameters": each({}, propertyNames=REQUEST),
    "responseParameters": each(each({}, propertyNames=RESPONSE), propertyNames=STATUS),
}
FUNCTION = exactly(
    ["uri", "payloadFormatVersion"],
    **COMMON
    | {"uri": FUNCTION_OR_ARN, "httpMethod": {"enum": ["POST"]}, "credentials": CREDENTIALS}
    | {"payloadFormatVersion": {"enum": ["1.0", "2.0"]}},
)
PROXY = exactly(
    ["uri", "httpMethod", "payloadFormatVersion"],
    **COMMON | {"uri": URL, "httpMethod": METHOD, "tlsConfig": exactly(serverNameToVerify=TEXT)},
)
PRIVATE = PROXY | {"properties": PROXY["properties"] | {"uri": LISTENER}, "required": [*PROXY["required"], "connectionId"]}


def action(required, optional):
    return exactly(
        ["credentials", "payloadFormatVersion", "requestParameters"],
        **COMMON
        | {"integrationSubtype": TEXT, "credentials": ROLE}
        | {"requestParameters": exactly(required, **{key: ARNS.get(key, {}) for key in (*required, *optional)})},
    )


def read_integration(operation):
    """As it is meant, with its place; none where there is none, or a wrong one."""
    document, findings = operation.document, operation.document.findings
    if INTEGRATION not in operation.content:
        findings.warning(operation.place, f"has no {INTEGRATION}")
        return None, None
    given, place = document.resolve(operation.content[INTEGRATION], (*operation.place, INTEGRATION))
    kind = str(given.get("type")).upper()
    if kind in ("AWS", "HTTP", "MOCK"):
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html
        findings.warning((*place, "type"), f"{quote(given['type'])}: HTTP APIs have Lambda and HTTP proxy integrations only")
        return None, None
    for key in REST_ONLY:
        if key in given:
            # The last stands in an example of AWS's own for HTTP APIs.
            report = findings.info if key == "passthroughBehavior" else findings.warning
            report((*place, key), "is for REST APIs only")
    integration = {k: v for k, v in given.items() if k not in REST_ONLY} | {"type": kind}
    if isinstance(given.get("payloadFormatVersion"), (int, float)):
        # A number in AWS's examples; JSON does not tell 1.0 from 1.
        integration["payloadFormatVersion"] = f"{given['payloadFormatVersion']:.1f}"
    if not check(findings, place, integration, shape_of(findings, place, integration)):
        return None, None
    check_mappings(findings, place, integration, operation.path)
    return integration, place


def shape_of(findings, place, integration):
    subtype = integration.get("integrationSubtype")
    if integration["type"] not in TYPES:
        return {"properties": {"type": COMMON["type"]}}
    if integration["type"] == "HTTP_PROXY":
        return PRIVATE if integration.get("connectionType") == "VPC_LINK" else PROXY
    if subtype is None:
        return FUNCTION
    if str(subtype) not in ACTIONS:
        return {"properties": {"integrationSubtype": {"enum": list(ACTIONS)}}}
    return action(*ACTIONS[subtype])


def check_mappings(findings, place, integration, path):
    mappings = [("request", ("requestParameters",), integration.get("requestParameters", {}))] + [
        ("response", ("responseParameters", code), parameters)
        for code, parameters in integration.get("responseParameters", {}).items()
    ]
    for side, where, parameters in mappings:
        for key, value in parameters.items():
            header = re.fullmatch(r"\w+:header\.(.+)", key)
            fault = selection_fault(value, side, path)
            if header and RESERVED.fullmatch(header[1]):
                fault = f"{header[1]} is a reserved header"
            if key == "overwrite:statuscode" and not re.fullmatch(r"\$.+|[1-5]\d\d", str(value)):
                fault = f"{quote(value)} is not a status code"
            if fault:
                findings.error((*place, *where, key), fault)
