"""The security schemes of a REST API.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html
"""

import re

from .arn import FUNCTION, ROLE, USER_POOL
from .findings import quote
from .mapping import CONTEXT, NAME
from .security import AUTHORIZER, AUTHTYPE, IAM
from .shape import TEXT, check, exactly, listing

COGNITO = "cognito_user_pools"
TTL = {"type": "integer", "minimum": 0, "maximum": 3600}
KIND = {"enum": ["token", "request", COGNITO]}
LAMBDA = {"type": KIND, "authorizerUri": FUNCTION, "authorizerCredentials": ROLE, "authorizerResultTtlInSeconds": TTL}
SHAPES = {
    "token": exactly(["authorizerUri"], **LAMBDA, identityValidationExpression=TEXT),
    # The last is of HTTP APIs; AWS's own example of a REST API has it switched off:
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html
    "request": exactly(["authorizerUri"], **LAMBDA, identitySource=TEXT, enableSimpleResponses={"const": False}),
    COGNITO: exactly(
        ["providerARNs"],
        type=KIND,
        providerARNs=listing(USER_POOL, minItems=1),
        identityValidationExpression=TEXT,
        authorizerResultTtlInSeconds=TTL,
    ),
}


def read_schemes(document):
    """Authorizers by name, and each scheme's kind by name."""
    authorizers, kinds = {}, {}
    for name, scheme, place in document.named("components", "securitySchemes"):
        findings = document.findings
        authtype, authorizer = scheme.get(AUTHTYPE), scheme.get(AUTHORIZER)
        where = (scheme.get("in"), scheme.get("name"))
        if scheme.get("type") != "apiKey":
            findings.error((*place, "type"), f"{quote(scheme.get('type'))} is not apiKey, the only one of a REST API")
        elif isinstance(authorizer, dict):
            kind = str(authorizer.get("type")).lower()
            # As far as it is known: its operations have it in any case.
            kinds[name] = kind.upper() if kind in SHAPES else "REQUEST"
            if check_authorizer(findings, place, scheme, kind):
                authorizers[name] = describe(name, scheme, kind)
        elif authtype == IAM:
            kinds[name] = "IAM"
            if where != ("header", "Authorization"):
                findings.error(place, "awsSigv4 is in the header Authorization")
        elif authtype is not None:
            findings.error((*place, AUTHTYPE), f"{quote(authtype)} needs an authorizer; without one it is {IAM}")
        elif where[0] == "header" and str(where[1]).lower() == "x-api-key":
            kinds[name] = "KEY"
        else:
            findings.error(place, "is neither an authorizer nor awsSigv4 nor the header x-api-key")
    return authorizers, kinds


def check_authorizer(findings, place, scheme, kind):
    authorizer, at = scheme[AUTHORIZER], (*place, AUTHORIZER)
    authtype = str(scheme.get(AUTHTYPE, "custom"))
    shape = SHAPES.get(kind, {"properties": {"type": KIND}, "required": ["type"]})
    if not check(findings, at, authorizer | ({"type": kind} if "type" in authorizer else {}), shape):
        return False
    if (kind == COGNITO) != (authtype == COGNITO):
        findings.error((*place, AUTHTYPE), f"{quote(authtype)}: it is {COGNITO} of Cognito's authorizers, and of no other")
    elif authtype.startswith("aws"):
        findings.error((*place, AUTHTYPE), f"{quote(authtype)}: what starts with aws is reserved")
    if kind == "request":
        check_sources(findings, place, scheme)
    elif scheme.get("in") != "header":
        findings.error((*place, "in"), f"{quote(scheme.get('in'))} is not header, where a {kind} authorizer's token is")
    return True


def check_sources(findings, place, scheme):
    authorizer, at = scheme[AUTHORIZER], (*place, AUTHORIZER, "identitySource")
    sources = sources_of(authorizer)
    for source in sources:
        taken = re.fullmatch(rf"(method\.request\.(?:header|querystring)|stageVariables|context)\.({NAME})", source)
        if not taken or (taken[1] == "context" and not CONTEXT.fullmatch(taken[2])):
            findings.error(at, f"{quote(source)} is no identity source")
    if not sources and authorizer.get("authorizerResultTtlInSeconds") != 0:
        findings.error(at, "without one nothing can be cached: authorizerResultTtlInSeconds must be 0")
    single = re.fullmatch(rf"method\.request\.(header|querystring)\.({NAME})", sources[0]) if len(sources) == 1 else None
    wanted = ({"querystring": "query"}.get(single[1], single[1]), single[2]) if single else ("header", "Unused")
    if (scheme.get("in"), scheme.get("name")) != wanted:
        findings.error((*place, "name"), f"for this identity source the scheme is in {wanted[0]}, and its name {wanted[1]}")


def sources_of(authorizer):
    return [each.strip() for each in authorizer.get("identitySource", "").split(",") if each.strip()]


def describe(name, scheme, kind):
    authorizer = scheme[AUTHORIZER]
    source = ",".join(sources_of(authorizer)) if kind == "request" else f"method.request.header.{scheme.get('name')}"
    return {
        "name": name,
        "type": kind.upper(),
        "provider_arns": authorizer.get("providerARNs"),
        "auth_type": scheme.get(AUTHTYPE, "custom"),
        "authorizer_uri": authorizer.get("authorizerUri"),
        "authorizer_credentials": authorizer.get("authorizerCredentials"),
        "identity_source": source or None,
        "identity_validation_expression": authorizer.get("identityValidationExpression"),
        # https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html
        "authorizer_result_ttl": authorizer.get("authorizerResultTtlInSeconds", 300),
    }
