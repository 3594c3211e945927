"""What stands behind an operation of a REST API.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html
https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html
"""

import re

from .arn import CREDENTIALS, FUNCTION, LISTENER, SERVICE, URL
from .findings import quote
from .mapping import NAME, request_fault, response_fault
from .path import names_in
from .shape import MEDIA_TYPE, STATUS, SWITCH, TEXT, check, each, exactly, listing, pattern

INTEGRATION = "x-amazon-apigateway-integration"
TO_PATH = "integration.request.path."
METHOD = {"enum": ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "ANY"]}
CONTENT_HANDLING = {"enum": ["CONVERT_TO_TEXT", "CONVERT_TO_BINARY"]}
TEMPLATES = each(TEXT, propertyNames=MEDIA_TYPE)
RESPONSE = exactly(
    ["statusCode"],
    statusCode=STATUS,
    responseTemplates=TEMPLATES,
    responseParameters=each({}, propertyNames=pattern(rf"method\.response\.header\.{NAME}", "method.response.header.<name>")),
    contentHandling=CONTENT_HANDLING,
)
COMMON = {
    "type": {"enum": ["AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"]},
    "requestParameters": each(
        {},
        propertyNames=pattern(
            rf"integration\.request\.(path|querystring|header)\.{NAME}", "integration.request.path|querystring|header.<name>"
        ),
    ),
    "requestTemplates": TEMPLATES,
    "passthroughBehavior": {"enum": ["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"]},
    "contentHandling": CONTENT_HANDLING,
    "timeoutInMillis": {"type": "integer", "minimum": 50, "maximum": 29000},
    "cacheNamespace": TEXT,
    "cacheKeyParameters": listing(TEXT),
    "responses": each(RESPONSE),
}
BACKEND = COMMON | {
    "httpMethod": METHOD,
    "credentials": CREDENTIALS,
    "connectionType": {"enum": ["INTERNET", "VPC_LINK"]},
    "connectionId": TEXT,
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
    "responseTransferMode": {"enum": ["BUFFERED", "STREAM"]},
}
ENDPOINT = BACKEND | {"tlsConfig": exactly(insecureSkipVerification=SWITCH), "integrationTarget": LISTENER}
BUFFERED = {"enum": ["BUFFERED"]}
SHAPES = {
    "MOCK": exactly(["type"], **COMMON),
    "AWS": exactly(["type", "httpMethod", "uri"], **BACKEND | {"uri": SERVICE, "responseTransferMode": BUFFERED}),
    "AWS_PROXY": exactly(["type", "httpMethod", "uri"], **BACKEND | {"uri": FUNCTION}),
    "HTTP": exactly(["type", "httpMethod", "uri"], **ENDPOINT | {"uri": URL, "responseTransferMode": BUFFERED}),
    "HTTP_PROXY": exactly(["type", "httpMethod", "uri"], **ENDPOINT | {"uri": URL}),
}
UNKNOWN = {"properties": {"type": COMMON["type"]}, "required": ["type"]}


def read_integration(operation):
    """As the service describes it; None where there is none, or a wrong one."""
    findings, place = operation.document.findings, (*operation.place, INTEGRATION)
    given = operation.content.get(INTEGRATION)
    if given is None:
        findings.warning(operation.place, f"has no {INTEGRATION}: it cannot be deployed")
        return None
    if not isinstance(given, dict):
        return None
    # Both spellings stand in AWS's own examples.
    integration = given | {key: str(given[key]).upper() for key in ("type", "passthroughBehavior") if key in given}
    if not check(findings, place, integration, SHAPES.get(integration.get("type"), UNKNOWN)):
        return None
    check_backend(findings, place, integration)
    check_request(operation, place, integration)
    check_responses(operation, place, integration)
    return describe(integration)


def check_backend(findings, place, integration):
    uri = integration.get("uri", "")
    is_function = ":lambda:path/" in uri
    if is_function and not re.fullmatch(FUNCTION["pattern"], uri):
        findings.error((*place, "uri"), f"{quote(uri)} is not {FUNCTION['description']}")
    if is_function and integration["httpMethod"] != "POST":
        findings.error((*place, "httpMethod"), f"{quote(integration['httpMethod'])}: a Lambda function is invoked by POST")
    if integration["type"] == "AWS" and not is_function and "credentials" not in integration:
        findings.error(place, "credentials: a role's ARN must be given for an integration with an AWS service")
    if (integration.get("connectionType") == "VPC_LINK") != ("connectionId" in integration):
        findings.error(place, "connectionId belongs to the connectionType VPC_LINK, which needs it")


def check_request(operation, place, integration):
    findings, parameters = operation.document.findings, integration.get("requestParameters", {})
    for key, value in parameters.items():
        fault = request_fault(value, operation)
        if fault:
            findings.error((*place, "requestParameters", key), fault)
    uri = set(names_in(integration.get("uri", "")))
    mapped = {key.removeprefix(TO_PATH) for key in parameters if key.startswith(TO_PATH)}
    for name in sorted(uri - mapped):
        findings.error((*place, "uri"), f"nothing is mapped to {{{name}}}: integration.request.path.{name} is missing")
    for name in sorted(mapped - uri):
        findings.error((*place, "requestParameters"), f"integration.request.path.{name}: the uri has no {{{name}}}")
    for index, key in enumerate(integration.get("cacheKeyParameters", [])):
        fault = None if key in parameters else request_fault(key, operation)
        if fault or not key.startswith(("method.request.", "integration.request.")):
            findings.error((*place, "cacheKeyParameters", index), fault or f"{quote(key)} is no request parameter")


def check_responses(operation, place, integration):
    findings = operation.document.findings
    if integration["type"].endswith("_PROXY"):
        return  # A proxy's answer goes out as it is; AWS's own examples have responses that say nothing.
    declared = {code: set(response.get("headers") or {}) for code, response, _ in operation.responses()}
    if "default" not in integration.get("responses", {}):
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-integration-settings-integration-response.html
        findings.error((*place, "responses"), "has no default, which an integration without proxy needs")
    seen = set()
    for selection, response in integration.get("responses", {}).items():
        where = (*place, "responses", selection)
        code = response["statusCode"]
        try:
            re.compile(selection)
        except re.error as error:
            findings.error(where, f"{quote(selection)} is no regular expression: {error}")
        if code in seen:
            # A status is what it is known by: https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegrationResponse.html
            findings.warning((*where, "statusCode"), f"there is a response of {code} already: one of them is kept")
        seen.add(code)
        if code not in declared:
            findings.error((*where, "statusCode"), f"the operation declares no response {code}")
            continue
        for key, value in response.get("responseParameters", {}).items():
            name = key.removeprefix("method.response.header.")
            fault = response_fault(value)
            if name not in declared[code]:
                fault = f"the response {code} of the operation declares no header {name}"
            if fault:
                findings.error((*where, "responseParameters", key), fault)


def describe(integration):
    """With the service's own values for what is not said."""
    usual = {"passthroughBehavior": "WHEN_NO_MATCH", "timeoutInMillis": 29000, "cacheKeyParameters": []}
    responses = {
        response["statusCode"]: ({} if selection == "default" else {"selectionPattern": selection}) | response
        for selection, response in integration.get("responses", {}).items()
    }
    return usual | {k: v for k, v in integration.items() if k != "responses"} | {"integrationResponses": responses}
