"""The answers of a REST API's gateway itself.

https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

from .mapping import NAME, gateway_response_fault
from .shape import MEDIA_TYPE, STATUS, TEXT, check, each, exactly, pattern

EXTENSION = "x-amazon-apigateway-gateway-responses"
TYPES = (
    "ACCESS_DENIED API_CONFIGURATION_ERROR AUTHORIZER_CONFIGURATION_ERROR AUTHORIZER_FAILURE BAD_REQUEST_BODY"
    " BAD_REQUEST_PARAMETERS DEFAULT_4XX DEFAULT_5XX EXPIRED_TOKEN INTEGRATION_FAILURE INTEGRATION_TIMEOUT"
    " INVALID_API_KEY INVALID_SIGNATURE MISSING_AUTHENTICATION_TOKEN QUOTA_EXCEEDED REQUEST_TOO_LARGE"
    " RESOURCE_NOT_FOUND THROTTLED UNAUTHORIZED UNSUPPORTED_MEDIA_TYPE WAF_FILTERED"
).split()
PARAMETER = pattern(rf"gatewayresponse\.(header|path|querystring)\.{NAME}", "gatewayresponse.header|path|querystring.<name>")
SHAPE = exactly(
    statusCode=STATUS,
    responseParameters=each({}, propertyNames=PARAMETER),
    responseTemplates=each(TEXT, propertyNames=MEDIA_TYPE),
)


def read_gateway_responses(document):
    """Each by its type."""
    findings, responses = document.findings, {}
    for kind, response in document.object_at(EXTENSION).items():
        place = (EXTENSION, kind)
        if kind not in TYPES:
            findings.error(place, "API Gateway has no such response")
        elif check(findings, place, response, SHAPE):
            responses[kind] = response
            for key, value in response.get("responseParameters", {}).items():
                fault = gateway_response_fault(value)
                if fault:
                    findings.error((*place, "responseParameters", key), fault)
            if kind == "REQUEST_TOO_LARGE":
                # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
                findings.warning(place, "it cannot be customized yet")
    return responses
