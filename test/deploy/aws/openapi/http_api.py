"""An HTTP API, read out of an OpenAPI document."""

from dataclasses import dataclass, field

from .document import ANY, DEFAULT, parse
from .extensions import HTTP, check_extensions
from .findings import Findings
from .http_authorizer import read_schemes
from .http_integration import read_integration
from .path import check_path
from .security import check_root, read_security
from .template import check_placeholders

# No limits are documented but those of parameters.
SEGMENT = "^/{}"


@dataclass
class Route:
    key: str
    name: str | None
    security: object
    integration: dict | None
    integration_place: tuple | None


@dataclass
class HttpApi:
    content: dict
    authorizers: dict = field(default_factory=dict)
    routes: list = field(default_factory=list)


def read_http_api(text, variables):
    """The API, None where there is none to be had, and what was found."""
    findings = Findings()
    document = parse(text, variables, findings)
    if document is None:
        return None, findings
    check_placeholders(document)
    check_extensions(document, HTTP)
    check_root(document)
    authorizers, schemes = read_schemes(document)
    routes = [read_route(each, schemes) for each in document.operations()]
    return HttpApi(document.content, authorizers, routes), findings


def read_route(operation, schemes):
    findings, place = operation.document.findings, operation.place
    is_default = operation.content.get(DEFAULT) is True
    if operation.path == "/$default" and not (is_default and place[-1] == ANY):
        findings.error(place, f"the default route is {ANY} with {DEFAULT}: true")
    if DEFAULT in operation.content and operation.path != "/$default":
        findings.error((*place, DEFAULT), "belongs to the path /$default")
    if not is_default:
        check_path(operation, findings, place[:-1], SEGMENT)
    if "requestBody" in operation.content:
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html
        findings.info((*place, "requestBody"), "HTTP APIs do not validate requests")
    integration, integration_place = read_integration(operation)
    return Route(
        "$default" if is_default else f"{operation.method} {operation.path}",
        operation.content.get("operationId"),
        read_security(operation, schemes),
        integration,
        integration_place,
    )
