"""The security schemes of an HTTP API.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html
"""

import re

from .arn import FUNCTION, HTTPS, ROLE
from .findings import quote
from .mapping import NAME
from .security import AUTHORIZER, AUTHTYPE, IAM
from .shape import SWITCH, TEXT, check, exactly, listing, pattern

WELL_KNOWN = "/.well-known/openid-configuration"
KIND = {"enum": ["request", "jwt"]}
TOKEN_SOURCE = pattern(rf"\$request\.(header|querystring)\.{NAME}", "$request.header.<name>")
SHAPES = {
    "request": exactly(
        ["authorizerUri", "authorizerPayloadFormatVersion"],
        type=KIND,
        authorizerUri=FUNCTION,
        authorizerCredentials=ROLE,
        authorizerPayloadFormatVersion={"enum": ["1.0", "2.0"]},
        authorizerResultTtlInSeconds={"type": "integer", "minimum": 0, "maximum": 3600},
        enableSimpleResponses=SWITCH,
        identitySource=TEXT,
    ),
    "jwt": exactly(
        ["jwtConfiguration", "identitySource"],
        type=KIND,
        identitySource=TOKEN_SOURCE,
        jwtConfiguration=exactly(["audience"], issuer=HTTPS, audience=listing(TEXT, minItems=1)),
    ),
}


def read_schemes(document):
    """Authorizers by name, and each scheme's kind by name."""
    authorizers, kinds, findings = {}, {}, document.findings
    for name, scheme, place in document.named("components", "securitySchemes"):
        authorizer = scheme.get(AUTHORIZER)
        if isinstance(authorizer, dict):
            kind = str(authorizer.get("type")).lower()
            kinds[name] = "JWT" if kind == "jwt" else "REQUEST"
            shape = SHAPES.get(kind, {"properties": {"type": KIND}, "required": ["type"]})
            given = authorizer | ({"type": kind} if "type" in authorizer else {})
            if check(findings, (*place, AUTHORIZER), given, shape):
                read = read_jwt if kind == "jwt" else read_lambda
                authorizers[name] = {"name": name} | read(findings, place, scheme)
        elif scheme.get(AUTHTYPE) == IAM:
            kinds[name] = "IAM"
        else:
            findings.error(place, "is neither an authorizer nor awsSigv4: an HTTP API has no API keys")
    return authorizers, kinds


def read_jwt(findings, place, scheme):
    authorizer = scheme[AUTHORIZER]
    configuration = authorizer["jwtConfiguration"]
    issuer = configuration.get("issuer")
    if scheme.get("type") == "openIdConnect":
        url = str(scheme.get("openIdConnectUrl"))
        if not url.endswith(WELL_KNOWN):
            findings.error((*place, "openIdConnectUrl"), f"{quote(url)} does not end in {WELL_KNOWN}")
        issuer = issuer or url.removesuffix(WELL_KNOWN)
    elif scheme.get("type") != "oauth2":
        findings.error((*place, "type"), f"{quote(scheme.get('type'))}: a JWT authorizer's is oauth2 or openIdConnect")
    if not issuer:
        findings.error((*place, AUTHORIZER, "jwtConfiguration"), "'issuer' is a required property")
    return {
        "authorizer_type": "JWT",
        "identity_source": [authorizer["identitySource"]],
        "jwt_config": {"issuer": issuer, "audience": configuration["audience"]},
    }


def read_lambda(findings, place, scheme):
    authorizer, at = scheme[AUTHORIZER], (*place, AUTHORIZER)
    version, ttl = authorizer["authorizerPayloadFormatVersion"], authorizer.get("authorizerResultTtlInSeconds")
    sources = [each.strip() for each in authorizer.get("identitySource", "").split(",") if each.strip()]
    for source in sources:
        if not re.fullmatch(rf"\$(request\.(header|querystring)|context|stageVariables)\.{NAME}", source):
            findings.error((*at, "identitySource"), f"{quote(source)} is no identity source")
    if ttl and not sources:
        findings.error((*at, "identitySource"), "without one nothing can be cached: authorizerResultTtlInSeconds must be 0")
    if authorizer.get("enableSimpleResponses") and version != "2.0":
        findings.error((*at, "enableSimpleResponses"), "needs the authorizerPayloadFormatVersion 2.0")
    if scheme.get("type") != "apiKey":
        findings.error((*place, "type"), f"{quote(scheme.get('type'))}: a Lambda authorizer's is apiKey")
    return {
        "authorizer_type": "REQUEST",
        "identity_source": sources,
        "authorizer_uri": authorizer["authorizerUri"],
        "auth_creds_arn": authorizer.get("authorizerCredentials"),
        "auth_payload_format_version": version,
        "auth_result_ttl": ttl,
        "enable_simple_response": authorizer.get("enableSimpleResponses", False),
    }
