"""The expressions that take a parameter from one side of an API to the other.

REST: https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
HTTP: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
"""

import re

from .findings import quote
from .path import names_in

NAME = r"[a-zA-Z0-9._$-]+"
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
CONTEXT = re.compile(
    r"accountId|apiId|awsEndpointRequestId|customDomain\.basePathMatched|deploymentId|domainName|domainPrefix"
    r"|extendedRequestId|httpMethod|isCanaryRequest|path|protocol|requestId|requestTime|requestTimeEpoch|resourceId"
    rf"|resourcePath|routeKey|stage|status|wafResponseCode|webaclArn|xrayTraceId|(authorizer|error|identity)\.{NAME}"
)
# What a mapping of an HTTP API may not touch.
RESERVED = re.compile(
    r"(?i:access-control-.*|apigw-.*|authorization|connection|content-encoding|content-length|content-location"
    r"|forwarded|keep-alive|origin|proxy-authenticate|proxy-authorization|te|trailers|transfer-encoding|upgrade"
    r"|x-amz-.*|x-amzn-.*|x-forwarded-for|x-forwarded-host|x-forwarded-proto|via)"
)


def general_fault(value):
    """What is wrong with a source that any mapping of a REST API may have; None where nothing is."""
    if not isinstance(value, str):
        return f"{quote(value)} is no string"
    if re.fullmatch(rf"stageVariables\.{NAME}|'[^']*'", value):
        return None
    context = re.fullmatch(r"context\.(.+)", value)
    if context:
        return None if CONTEXT.fullmatch(context[1]) else f"API Gateway has no {value}"
    return f"{quote(value)} is no mapping expression; a static value stands in single quotes"


def request_fault(value, operation):
    taken = re.fullmatch(rf"method\.request\.(?:multivalue)?(path|querystring|header)\.({NAME})", str(value))
    if taken:
        where = {"querystring": "query"}.get(taken[1], taken[1])
        declared = (where, taken[2]) in operation.parameters
        return None if declared else f"the operation declares no {where} parameter {taken[2]}"
    if re.fullmatch(r"method\.request\.body(\..+)?", str(value)):
        return None
    return general_fault(value)


def response_fault(value):
    if re.fullmatch(rf"integration\.response\.((multivalue)?header\.{NAME}|body(\..+)?)", str(value)):
        return None
    return general_fault(value)


def gateway_response_fault(value):
    """A response of the gateway's own belongs to no operation that would declare its parameters."""
    if re.fullmatch(rf"method\.request\.(path|querystring|header)\.{NAME}", str(value)):
        return None
    return general_fault(value)


SELECTIONS = {
    "request": rf"request\.(header|querystring)\.{NAME}|request\.body(\.[^.].*)?|request\.path(\.{NAME})?",
    "response": rf"response\.header\.{NAME}|response\.body(\.[^.].*)?",
}


def selection_fault(value, side, path):
    """Of an HTTP API: `side` is request or response; what starts with no dollar is a static value."""
    if not isinstance(value, str):
        return f"{quote(value)} is no string"
    for expression in re.findall(r"\$\{([^}]*)\}", value) or re.findall(r"^\$([^{].*)$", value):
        if not re.fullmatch(rf"{SELECTIONS[side]}|(stageVariables|context)\.{NAME}", expression):
            return f"{quote(value)} is no selection expression"
        name = expression.removeprefix("request.path.")
        if name != expression and name not in names_in(path):
            return f"the path has no parameter {name}"
    return None
