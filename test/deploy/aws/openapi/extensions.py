"""API Gateway's extensions: where each stands, which APIs know it, and what it looks like.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from .document import walk
from .shape import MEDIA_TYPE, SWITCH, TEXT, check, each, exactly, listing, one_or_many, pattern

PREFIX = "x-amazon-apigateway-"
ROOT, SERVER, TAG = "the root", "a server", "a tag"
PATH, OPERATION = "a path", "an operation"
COMPONENTS, SCHEME = "components", "a security scheme"
REST, HTTP = "REST", "HTTP"
BOTH = (REST, HTTP)

METHOD = {"enum": ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "*"]}
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
STATEMENT = exactly(
    ["Effect", "Principal", "Action", "Resource"],
    Sid=TEXT,
    Effect={"enum": ["Allow", "Deny"]},
    Principal={"anyOf": [{"const": "*"}, {"type": "object"}]},
    Action=one_or_many(pattern(r"execute-api:[\w*]+", "an action of execute-api")),
    Resource=one_or_many(pattern(r"(arn:[\w-]+:execute-api:[^:]*:[^:]*:[^:/]+/|execute-api:/).*", "a resource of execute-api")),
    Condition={"type": "object"},
)
EXTENSIONS = {
    "any-method": ((PATH,), BOTH, {"type": "object"}),
    "api-key-source": ((ROOT,), (REST,), {"enum": ["HEADER", "AUTHORIZER"]}),
    "auth": ((OPERATION,), BOTH, exactly(["type"], type=pattern("(?i:none|aws_iam)", "NONE or AWS_IAM"))),
    "authorizer": ((SCHEME,), BOTH, {"type": "object"}),
    "authtype": ((SCHEME,), BOTH, TEXT),
    "binary-media-types": ((ROOT,), (REST,), listing(MEDIA_TYPE)),
    # The range of maxAge is of the service's own description: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid.html
    "cors": (
        (ROOT,),
        (HTTP,),
        exactly(
            allowOrigins=listing(pattern(r"\*|https?://(\*|[^/\s]+)", "an origin")),
            allowCredentials=SWITCH,
            exposeHeaders=listing(TEXT),
            maxAge={"type": "integer", "minimum": -1, "maximum": 86400},
            allowMethods=listing(METHOD),
            allowHeaders=listing(TEXT),
        ),
    ),
    "documentation": ((ROOT,), (REST,), exactly(documentationParts=listing({"type": "object"}), version=TEXT, createdDate=TEXT)),
    "endpoint-access-mode": ((ROOT,), (REST,), {"enum": ["BASIC", "STRICT"]}),
    "endpoint-configuration": (
        (SERVER,),
        BOTH,
        exactly(disableExecuteApiEndpoint=SWITCH, vpcEndpointIds=listing(pattern("vpce-[0-9a-f]+", "a VPC endpoint"))),
    ),
    "gateway-responses": ((ROOT,), (REST,), {"type": "object"}),
    "importexport-version": ((ROOT,), BOTH, {"enum": ["1.0"]}),
    "integration": ((OPERATION,), BOTH, {"type": "object"}),
    "integrations": ((COMPONENTS,), (HTTP,), each({"type": "object"})),
    "minimum-compression-size": ((ROOT,), (REST,), {"type": "integer", "minimum": 0, "maximum": 10485760}),
    "policy": (
        (ROOT,),
        (REST,),
        exactly(
            ["Statement"],
            Version={"enum": ["2012-10-17", "2008-10-17"]},
            Id=TEXT,
            Statement=listing(STATEMENT, minItems=1),
        ),
    ),
    "request-validator": ((ROOT, OPERATION), (REST,), TEXT),
    "request-validators": (
        (ROOT,),
        (REST,),
        each(exactly(validateRequestBody=SWITCH, validateRequestParameters=SWITCH)),
    ),
    "security-policy": ((ROOT,), (REST,), pattern("TLS_1_[02]|SecurityPolicy_.+", "a security policy")),
    "tag-value": ((TAG,), (HTTP,), TEXT),
}


def check_extensions(document, api):
    findings = document.findings
    for key, value, place in walk(document.content):
        if not str(key).startswith(PREFIX):
            continue
        known = EXTENSIONS.get(key.removeprefix(PREFIX))
        if not known:
            findings.error(place, "API Gateway does not know this extension")
            continue
        places, apis, schema = known
        if kind_of(place[:-1]) not in places:
            findings.error(place, f"belongs to {' or '.join(places)}")
        elif api not in apis:
            findings.warning(place, f"is for {apis[0]} APIs only")
        else:
            check(findings, place, value, schema)


def kind_of(place):
    match place:
        case ():
            return ROOT
        case ("servers", _):
            return SERVER
        case ("tags", _):
            return TAG
        case ("paths", _):
            return PATH
        case ("paths", _, _):
            return OPERATION
        case ("components",):
            return COMPONENTS
        case ("components", "securitySchemes", _):
            return SCHEME
    return None
