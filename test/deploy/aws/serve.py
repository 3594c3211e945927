"""An AWS endpoint on this machine for `sls deploy`, `sls create_domain` and `sls remove`.

moto, plus what its CloudFormation lacks: API Gateway HTTP APIs are created in moto's own
apigatewayv2 service, so that `aws apigatewayv2 get-routes` shows what a template deployed;
a type it knows nothing about is recorded with its properties, and listed by the stack.
OpenAPI documents are imported strictly (openapi/), templates of AWS SAM are transformed (sam.py), and
whoever has assumed a role is held to its policies (permissions.py). It runs no function, and checks no
quota. It ends when its standard input does.

    python serve.py <port>
"""

import copy
import json
import os
import sys
import threading
import uuid
import warnings

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")  # a role may name AWS's own policies

import moto.cloudformation.models as cfn_models
import moto.cloudformation.parsing as parsing
from moto.apigateway.models import apigateway_backends
from moto.apigatewayv2.models import ApiGatewayV2Backend, apigatewayv2_backends
from moto.apigatewayv2.responses import ApiGatewayV2Response
from moto.awslambda.models import LambdaFunction, LambdaVersion, LayerVersion, lambda_backends
from moto.cloudwatch.models import Dimension, Metric, MetricDataQuery, MetricStat, cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.iam.models import Role, iam_backends
from moto.logs.models import LogGroup
from moto.server import main
import permissions
import sam
from openapi import http_import, rest_import

# Each finding of its linter, a warning included, would refuse the template; lint is a check of its own.
cfn_models.validate_template_cfn_lint = lambda template: []


# A change set that was executed must show in the stack's outputs too.
execute_change_set = cfn_models.CloudFormationBackend.execute_change_set


def execute_and_refresh(self, change_set_name, stack_name=None):
    execute_change_set(self, change_set_name, stack_name)
    for stack in self.stacks.values():
        stack._parse_template()
        stack.output_map = stack._create_output_map()
        self.exports.update({export.name: export for export in stack.exports})


cfn_models.CloudFormationBackend.execute_change_set = execute_and_refresh

# A layer: `Ref` is its ARN, its name is the one it was given, other content is another version.
LayerVersion.physical_resource_id = LayerVersion.arn


@classmethod
def create_layer(cls, name, template, account_id, region, **_):
    given = {k: v for k, v in template["Properties"].items() if v is not None}
    made = lambda_backends[account_id][region].publish_layer_version({"LayerName": name} | given)
    made.published_from = template["Properties"]
    return made


@classmethod
def update_layer(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    if cloudformation_json["Properties"] == original_resource.published_from:
        return original_resource
    made = cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)
    original_resource.delete(account_id, region_name)
    return made


LayerVersion.create_from_cloudformation_json = create_layer
LayerVersion.update_from_cloudformation_json = update_layer
LayerVersion.delete = lambda self, account_id, region: self._layer.delete_version(self.version)

# A function's layers, architecture, tags and logging.
create_function = LambdaFunction.create_from_cloudformation_json.__func__
update_function = LambdaFunction.update_from_cloudformation_json.__func__


def with_layers(function, template):
    properties = template["Properties"]
    function.layers = function._get_layers_data(properties.get("Layers", []))
    function.architectures = properties.get("Architectures", ["x86_64"])
    function.tags = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
    function.tracing_config = properties.get("TracingConfig") or {"Mode": "PassThrough"}
    function.logging_config = properties.get("LoggingConfig", {})
    return function


@classmethod
def create_function_with_layers(cls, name, template, *args, **kwargs):
    return with_layers(create_function(cls, name, template, *args, **kwargs), template)


@classmethod
def update_function_with_layers(cls, original_resource, new_resource_name, cloudformation_json, *args, **kwargs):
    updated = update_function(cls, original_resource, new_resource_name, cloudformation_json, *args, **kwargs)
    return fill_waiting_version(with_layers(updated, cloudformation_json))


LambdaFunction.create_from_cloudformation_json = create_function_with_layers
LambdaFunction.update_from_cloudformation_json = update_function_with_layers

get_configuration = LambdaFunction.get_configuration
make_function = LambdaFunction.__init__
update_configuration = LambdaFunction.update_configuration


def make_function_with_logging(self, account_id, spec, *args, **kwargs):
    self.logging_config = spec.get("LoggingConfig", {})
    make_function(self, account_id, spec, *args, **kwargs)


def update_configuration_with_logging(self, updates):
    self.logging_config = updates.get("LoggingConfig", self.logging_config)
    return update_configuration(self, updates)


def get_configuration_with_logging(self, *args, **kwargs):
    usual = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{self.function_name}"}
    logging = usual | self.logging_config
    return get_configuration(self, *args, **kwargs) | {"LoggingConfig": logging}


LambdaFunction.__init__ = make_function_with_logging
LambdaFunction.update_configuration = update_configuration_with_logging
LambdaFunction.get_configuration = get_configuration_with_logging


# A function's version: its number, and its ARN for `Ref`. An update of a stack adds before it
# modifies, so a new version gets the function's new code only when that arrives.
create_version = LambdaVersion.create_from_cloudformation_json.__func__


@classmethod
def create_version_with_arn(cls, name, template, account_id, region, **kwargs):
    function = lambda_backends[account_id][region].get_function(template["Properties"]["FunctionName"])
    function.code_or_config_updated = True
    made = create_version(cls, name, template, account_id, region, **kwargs)
    made.physical_resource_id = f"{function.function_arn}:{made.version}"
    function.waiting_version = made.version if made.version > 1 else None
    return made


def fill_waiting_version(function):
    version = getattr(function, "waiting_version", None)
    if version:
        filled = copy.copy(function)
        filled.set_version(version)
        storage = lambda_backends[function.account_id][function.region]._lambdas
        storage._functions[function.function_name]["versions"][version - 1] = filled
        storage._arns[filled.function_arn] = filled
        function.waiting_version = None
    return function


LambdaVersion.create_from_cloudformation_json = create_version_with_arn
LambdaVersion.has_cfn_attr = classmethod(lambda cls, attr: attr in ("Version", "FunctionArn"))
LambdaVersion.get_cfn_attribute = lambda self, attr: str(self.version) if attr == "Version" else self.physical_resource_id


# A role's policies: inline ones as JSON, the managed ones attached, both brought up to date.
create_role = Role.create_from_cloudformation_json.__func__
update_role = Role.update_from_cloudformation_json.__func__
delete_role = Role.delete_from_cloudformation_json.__func__


def without_gaps(policy):
    """A statement that a template has as `AWS::NoValue` is none; moto leaves null in its place."""
    statements = policy["Statement"]
    return policy | {"Statement": [s for s in statements if s is not None] if isinstance(statements, list) else statements}


def with_policies(role, template):
    properties = template["Properties"]
    role.policies = {p["PolicyName"]: json.dumps(without_gaps(p["PolicyDocument"])) for p in properties.get("Policies", [])}
    for policy in list(role.managed_policies.values()):
        policy.detach_from(role)
    policies = iam_backends[role.account_id][role.partition].managed_policies
    for arn in properties.get("ManagedPolicyArns", []):
        policies[arn].attach_to(role)
    return role


@classmethod
def create_role_with_policies(cls, name, template, *args, **kwargs):
    return with_policies(create_role(cls, name, template, *args, **kwargs), template)


@classmethod
def update_role_with_policies(cls, original_resource, new_resource_name, cloudformation_json, *args, **kwargs):
    update_role(cls, original_resource, new_resource_name, cloudformation_json, *args, **kwargs)
    return with_policies(original_resource, cloudformation_json)


@classmethod
def delete_role_with_policies(cls, resource_name, cloudformation_json, account_id, region_name):
    for role in iam_backends[account_id]["aws"].roles.values():
        if role.name == resource_name:
            with_policies(role, {"Properties": {}})
    delete_role(cls, resource_name, cloudformation_json, account_id, region_name)


Role.create_from_cloudformation_json = create_role_with_policies
Role.update_from_cloudformation_json = update_role_with_policies
Role.delete_from_cloudformation_json = delete_role_with_policies


# A log group's retention may change.
@classmethod
def update_log_group(cls, original_resource, new_resource_name, cloudformation_json, *args, **kwargs):
    original_resource.retention_in_days = cloudformation_json["Properties"].get("RetentionInDays")
    return original_resource


LogGroup.update_from_cloudformation_json = update_log_group


# Two calls of the HTTP API service that moto has no answer for.
def update_api_mapping(self):
    params = json.loads(self.body)
    mapping = self.apigatewayv2_backend.get_api_mapping(self.path.split("/")[-1], self.path.split("/")[-3])
    mapping.api_id, mapping.stage = params.get("apiId", mapping.api_id), params.get("stage", mapping.stage)
    mapping.api_mapping_key = params.get("apiMappingKey", mapping.api_mapping_key) or "(none)"
    return 200, {}, json.dumps(mapping.to_json())


def get_authorizers(self):
    authorizers = self.apigatewayv2_backend.get_api(self.path.split("/")[-2]).authorizers.values()
    return 200, {}, json.dumps({"items": [a.to_json() for a in authorizers]})


ApiGatewayV2Response.update_api_mapping = update_api_mapping
ApiGatewayV2Response.get_authorizers = get_authorizers

# A custom domain gets an address of API Gateway's own, for DNS to lead to.
create_domain_name = ApiGatewayV2Backend.create_domain_name


def create_domain_name_with_address(self, domain_name, domain_name_configurations, *args, **kwargs):
    address = f"d-{uuid.uuid5(uuid.NAMESPACE_DNS, domain_name).hex[:10]}.execute-api.{self.region_name}.amazonaws.com"
    own = {"apiGatewayDomainName": address, "hostedZoneId": "Z1UJRXOUMOOFQ8", "domainNameStatus": "AVAILABLE"}
    configurations = [own | {k: v for k, v in c.items() if v is not None} for c in domain_name_configurations]
    return create_domain_name(self, domain_name, configurations, *args, **kwargs)


ApiGatewayV2Backend.create_domain_name = create_domain_name_with_address

# Whole OpenAPI documents, and nothing but what API Gateway would take.
rest_import.install()
http_import.install()
sam.install()
permissions.install()

# moto files each model under the service that its module's name tells.
program, __name__ = __name__, "moto.apigatewayv2.stand_in"


def lower_first(value):
    """The API's spelling of CloudFormation's property names."""
    if isinstance(value, dict):
        return {k[:1].lower() + k[1:]: lower_first(v) for k, v in value.items()}
    if isinstance(value, list):
        return [lower_first(v) for v in value]
    return value


class HttpApiResource(CloudFormationModel):
    """One resource of an HTTP API, kept in moto's apigatewayv2 service."""

    TYPE = ""
    BACKENDS = apigatewayv2_backends

    def __init__(self, backend, properties, physical_resource_id, attributes):
        self.backend, self.properties = backend, properties
        self.physical_resource_id, self.attributes = physical_resource_id, attributes

    @staticmethod
    def cloudformation_name_type():
        return ""

    @classmethod
    def cloudformation_type(cls):
        return cls.TYPE

    @classmethod
    def has_cfn_attr(cls, attr):
        return True

    def get_cfn_attribute(self, name):
        return self.attributes[name]

    def is_created(self):
        return True

    @classmethod
    def create_from_cloudformation_json(cls, name, template, account_id, region, **_):
        backend = cls.BACKENDS[account_id][region]
        properties = template.get("Properties", {})
        identity, attributes = cls.make(backend, properties)
        return cls(backend, properties, identity, attributes)

    @classmethod
    def update_from_cloudformation_json(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        properties = cloudformation_json.get("Properties", {})
        if properties != original_resource.properties:
            cls.update(original_resource, properties)
            original_resource.properties = properties
        return original_resource

    def delete(self, account_id, region):
        type(self).unmake(self.backend, self.physical_resource_id, self.properties)


class Api(HttpApiResource):
    TYPE = "AWS::ApiGatewayV2::Api"

    @classmethod
    def make(cls, backend, p):
        if "Body" in p:
            api = http_import.create(backend, json.dumps(p["Body"]), p.get("FailOnWarnings", False))
            return api.api_id, {"ApiEndpoint": api.api_endpoint, "ApiId": api.api_id}
        api = backend.create_api(
            api_key_selection_expression=p.get("ApiKeySelectionExpression"),
            cors_configuration=lower_first(p.get("CorsConfiguration")),
            description=p.get("Description"),
            disable_schema_validation=p.get("DisableSchemaValidation"),
            disable_execute_api_endpoint=p.get("DisableExecuteApiEndpoint"),
            name=p.get("Name"),
            protocol_type=p.get("ProtocolType"),
            route_selection_expression=p.get("RouteSelectionExpression"),
            tags=p.get("Tags", {}),
            version=p.get("Version"),
        )
        return api.api_id, {"ApiEndpoint": api.api_endpoint, "ApiId": api.api_id}

    @classmethod
    def update(cls, resource, p):
        api = resource.backend.get_api(resource.physical_resource_id)
        api.cors_configuration = lower_first(p.get("CorsConfiguration"))
        api.name, api.description = p.get("Name"), p.get("Description")
        api.disable_execute_api_endpoint = p.get("DisableExecuteApiEndpoint") or False

    @classmethod
    def unmake(cls, backend, identity, p):
        backend.apis.pop(identity, None)


class Stage(HttpApiResource):
    TYPE = "AWS::ApiGatewayV2::Stage"

    @classmethod
    def make(cls, backend, p):
        # A template may have its numbers as text.
        limits = {name: float(limit) for name, limit in p.get("DefaultRouteSettings", {}).items() if name.startswith("Throttling")}
        settings = p | {"DefaultRouteSettings": p.get("DefaultRouteSettings", {}) | limits}
        # By their keys, such as GET /hello, which are no names of properties.
        routes = settings.pop("RouteSettings", {})
        known = {route.route_key for route in backend.get_api(p["ApiId"]).routes.values()}
        for key in routes:
            if key not in known:
                raise ValueError(f"Unable to find Route by key {key} within the provided RouteSettings")
        stage = lower_first({k: v for k, v in settings.items() if k != "ApiId"})
        backend.create_stage(p["ApiId"], stage | {"routeSettings": {key: lower_first(each) for key, each in routes.items()}})
        return p["StageName"], {}

    @classmethod
    def update(cls, resource, p):
        cls.unmake(resource.backend, p["StageName"], p)
        cls.make(resource.backend, p)

    @classmethod
    def unmake(cls, backend, identity, p):
        api = backend.apis.get(p["ApiId"])
        if api:
            api.stages.pop(p["StageName"], None)


class Authorizer(HttpApiResource):
    TYPE = "AWS::ApiGatewayV2::Authorizer"

    @classmethod
    def make(cls, backend, p):
        made = backend.create_authorizer(
            api_id=p["ApiId"],
            auth_creds_arn=p.get("AuthorizerCredentialsArn"),
            auth_payload_format_version=p.get("AuthorizerPayloadFormatVersion"),
            auth_result_ttl=p.get("AuthorizerResultTtlInSeconds"),
            authorizer_uri=p.get("AuthorizerUri"),
            authorizer_type=p.get("AuthorizerType"),
            enable_simple_response=p.get("EnableSimpleResponses"),
            identity_source=p.get("IdentitySource"),
            identity_validation_expr=p.get("IdentityValidationExpression"),
            jwt_config=lower_first(p.get("JwtConfiguration")),
            name=p.get("Name"),
        )
        return made.id, {"AuthorizerId": made.id}

    @classmethod
    def update(cls, resource, p):
        made = resource.backend.get_authorizer(p["ApiId"], resource.physical_resource_id)
        made.jwt_config = lower_first(p.get("JwtConfiguration"))
        made.identity_source, made.name = p.get("IdentitySource"), p.get("Name")

    @classmethod
    def unmake(cls, backend, identity, p):
        api = backend.apis.get(p["ApiId"])
        if api:
            api.authorizers.pop(identity, None)


class Integration(HttpApiResource):
    TYPE = "AWS::ApiGatewayV2::Integration"

    @classmethod
    def make(cls, backend, p):
        made = backend.create_integration(
            api_id=p["ApiId"],
            connection_id=p.get("ConnectionId"),
            connection_type=p.get("ConnectionType"),
            content_handling_strategy=p.get("ContentHandlingStrategy"),
            credentials_arn=p.get("CredentialsArn"),
            description=p.get("Description"),
            integration_method=p.get("IntegrationMethod"),
            integration_subtype=p.get("IntegrationSubtype"),
            integration_type=p.get("IntegrationType"),
            integration_uri=p.get("IntegrationUri"),
            passthrough_behavior=p.get("PassthroughBehavior"),
            payload_format_version=p.get("PayloadFormatVersion"),
            request_parameters=p.get("RequestParameters"),
            request_templates=p.get("RequestTemplates"),
            response_parameters=p.get("ResponseParameters"),
            template_selection_expression=p.get("TemplateSelectionExpression"),
            timeout_in_millis=p.get("TimeoutInMillis"),
            tls_config=lower_first(p.get("TlsConfig")),
        )
        return made.id, {}

    @classmethod
    def update(cls, resource, p):
        made = resource.backend.get_integration(p["ApiId"], resource.physical_resource_id)
        made.integration_uri = p.get("IntegrationUri")
        made.payload_format_version = p.get("PayloadFormatVersion")
        made.timeout_in_millis = p.get("TimeoutInMillis")

    @classmethod
    def unmake(cls, backend, identity, p):
        api = backend.apis.get(p["ApiId"])
        if api:
            api.integrations.pop(identity, None)


class Route(HttpApiResource):
    TYPE = "AWS::ApiGatewayV2::Route"

    @classmethod
    def make(cls, backend, p):
        made = backend.create_route(
            api_id=p["ApiId"],
            api_key_required=p.get("ApiKeyRequired", False),
            authorization_scopes=p.get("AuthorizationScopes"),
            authorization_type=p.get("AuthorizationType"),
            authorizer_id=p.get("AuthorizerId"),
            model_selection_expression=p.get("ModelSelectionExpression"),
            operation_name=p.get("OperationName"),
            request_models=p.get("RequestModels"),
            request_parameters=p.get("RequestParameters"),
            route_key=p.get("RouteKey"),
            route_response_selection_expression=p.get("RouteResponseSelectionExpression"),
            target=p.get("Target"),
        )
        return made.route_id, {"RouteId": made.route_id}

    @classmethod
    def update(cls, resource, p):
        made = resource.backend.get_route(p["ApiId"], resource.physical_resource_id)
        made.authorization_scopes = p.get("AuthorizationScopes")
        made.authorization_type = p.get("AuthorizationType") or "NONE"
        made.authorizer_id, made.route_key, made.target = p.get("AuthorizerId"), p.get("RouteKey"), p.get("Target")

    @classmethod
    def unmake(cls, backend, identity, p):
        api = backend.apis.get(p["ApiId"])
        if api:
            api.routes.pop(identity, None)


class DomainName(HttpApiResource):
    TYPE = "AWS::ApiGatewayV2::DomainName"

    @classmethod
    def make(cls, backend, p):
        configurations = lower_first(p["DomainNameConfigurations"])
        made = backend.create_domain_name(p["DomainName"], configurations, lower_first(p.get("MutualTlsAuthentication")), p.get("Tags", {}))
        address = made.domain_name_configurations[0]
        return p["DomainName"], {
            "RegionalDomainName": address["apiGatewayDomainName"],
            "RegionalHostedZoneId": address["hostedZoneId"],
        }

    @classmethod
    def update(cls, resource, p):
        raise NotImplementedError("A domain is made and deleted here, and not changed.")

    @classmethod
    def unmake(cls, backend, identity, p):
        backend.domain_names.pop(identity, None)


class ApiMapping(HttpApiResource):
    TYPE = "AWS::ApiGatewayV2::ApiMapping"

    @classmethod
    def make(cls, backend, p):
        made = backend.create_api_mapping(p["ApiId"], p.get("ApiMappingKey") or "(none)", p["DomainName"], p["Stage"])
        return made.api_mapping_id, {"ApiMappingId": made.api_mapping_id}

    @classmethod
    def update(cls, resource, p):
        raise NotImplementedError("A mapping is made and deleted here, and not changed.")

    @classmethod
    def unmake(cls, backend, identity, p):
        backend.api_mappings.pop(identity, None)


class RestApi(HttpApiResource):
    """A REST API by a whole document, which is read as an import reads it."""

    TYPE = "AWS::ApiGateway::RestApi"
    BACKENDS = apigateway_backends

    @classmethod
    def make(cls, backend, p):
        api = rest_import.create(backend, p)
        return api.id, {"RestApiId": api.id, "RootResourceId": api.root_resource_id}

    @classmethod
    def update(cls, resource, p):
        api = resource.backend.get_rest_api(resource.physical_resource_id)
        rest_import.change(api, resource.backend, p)

    @classmethod
    def unmake(cls, backend, identity, p):
        backend.apis.pop(identity, None)


class RestDeployment(HttpApiResource):
    TYPE = "AWS::ApiGateway::Deployment"
    BACKENDS = apigateway_backends

    @classmethod
    def make(cls, backend, p):
        made = backend.create_deployment(p["RestApiId"], p.get("StageName"), p.get("Description", ""))
        return made.id, {"DeploymentId": made.id}

    @classmethod
    def update(cls, resource, p):
        pass

    @classmethod
    def unmake(cls, backend, identity, p):
        if p["RestApiId"] in backend.apis:
            backend.delete_deployment(p["RestApiId"], identity)


class RestStage(HttpApiResource):
    TYPE = "AWS::ApiGateway::Stage"
    BACKENDS = apigateway_backends

    @classmethod
    def make(cls, backend, p):
        tags = {tag["Key"]: tag["Value"] for tag in p.get("Tags", [])}
        stage = backend.create_stage(p["RestApiId"], p["StageName"], p["DeploymentId"], tags=tags)
        stage.access_log_settings = lower_first(p.get("AccessLogSetting"))
        for each in p.get("MethodSettings", []):
            key = f"{each['ResourcePath'].strip('/').replace('/', '~1')}/{each['HttpMethod']}"
            stage.method_settings[key] = lower_first({k: v for k, v in each.items() if k not in ("ResourcePath", "HttpMethod")})
        return p["StageName"], {}

    @classmethod
    def update(cls, resource, p):
        cls.unmake(resource.backend, p["StageName"], p)
        cls.make(resource.backend, p)

    @classmethod
    def unmake(cls, backend, identity, p):
        api = backend.apis.get(p["RestApiId"])
        if api:
            api.stages.pop(p["StageName"], None)


class FunctionAlias(HttpApiResource):
    """Not of an HTTP API, but made in the same way."""

    TYPE = "AWS::Lambda::Alias"
    BACKENDS = lambda_backends

    @classmethod
    def make(cls, backend, p):
        alias = backend.create_alias(p["Name"], p["FunctionName"], p["FunctionVersion"], p.get("Description", ""), p.get("RoutingConfig"))
        return alias.arn, {"AliasArn": alias.arn}

    @classmethod
    def update(cls, resource, p):
        resource.backend.update_alias(p["Name"], p["FunctionName"], p["FunctionVersion"], p.get("Description", ""), p.get("RoutingConfig"))

    @classmethod
    def unmake(cls, backend, identity, p):
        if any(f.function_name == p["FunctionName"] or f.function_arn == p["FunctionName"] for f in backend.list_functions()):
            backend.delete_alias(p["Name"], p["FunctionName"])


class Alarm(HttpApiResource):
    """Neither is this."""

    TYPE = "AWS::CloudWatch::Alarm"
    BACKENDS = cloudwatch_backends

    @classmethod
    def make(cls, backend, p):
        alarm = backend.put_metric_alarm(
            name=p.get("AlarmName") or f"alarm-{uuid.uuid4().hex[:12]}",
            namespace=p.get("Namespace"),
            metric_name=p.get("MetricName"),
            metric_data_queries=[cls.query(m) for m in p.get("Metrics", [])] or None,
            comparison_operator=p["ComparisonOperator"],
            evaluation_periods=int(p["EvaluationPeriods"]),
            datapoints_to_alarm=p.get("DatapointsToAlarm"),
            period=p.get("Period"),
            threshold=p.get("Threshold"),
            statistic=p.get("Statistic"),
            extended_statistic=p.get("ExtendedStatistic"),
            description=p.get("AlarmDescription"),
            dimensions=p.get("Dimensions", []),
            alarm_actions=p.get("AlarmActions", []),
            ok_actions=p.get("OKActions", []),
            insufficient_data_actions=p.get("InsufficientDataActions", []),
            unit=p.get("Unit"),
            actions_enabled=str(p.get("ActionsEnabled", True)).lower() == "true",
            treat_missing_data=p.get("TreatMissingData"),
            tags=p.get("Tags", []),
        )
        return alarm.name, {"Arn": alarm.alarm_arn}

    @staticmethod
    def query(p):
        stat = p.get("MetricStat")
        if stat:
            named = stat["Metric"]
            dimensions = [Dimension(d["Name"], d["Value"]) for d in named.get("Dimensions", [])]
            metric = Metric(named["MetricName"], named["Namespace"], dimensions)
            stat = MetricStat(metric, stat["Period"], stat["Stat"], stat.get("Unit"))
        return MetricDataQuery(p["Id"], p.get("Label"), p.get("Period"), p.get("ReturnData", True), p.get("Expression"), stat)

    @classmethod
    def update(cls, resource, p):
        cls.make(resource.backend, {"AlarmName": resource.physical_resource_id} | p)

    @classmethod
    def unmake(cls, backend, identity, p):
        backend.delete_alarms([identity])


def recorded(resource_type):
    """A model for a type that moto cannot make: its properties are kept, nothing else happens."""

    class Recorded(HttpApiResource):
        TYPE = resource_type

        @classmethod
        def create_from_cloudformation_json(cls, name, template, account_id, region, **_):
            return cls(None, template.get("Properties", {}), name, {})

        def get_cfn_attribute(self, name):
            return f"arn:aws:recorded:::{self.physical_resource_id}/{name}"

        @classmethod
        def update(cls, resource, p):
            pass

        @classmethod
        def unmake(cls, backend, identity, p):
            pass

    return Recorded


known = {c.cloudformation_type(): c for c in (Api, Stage, Authorizer, Integration, Route, DomainName, ApiMapping, RestApi, RestDeployment, RestStage, FunctionAlias, Alarm)}
class_of = parsing.resource_class_from_type


def resource_class_from_type(resource_type):
    if resource_type not in known:
        with warnings.catch_warnings():
            found = class_of(resource_type)
        known[resource_type] = found or recorded(resource_type)
    return known[resource_type]


parsing.resource_class_from_type = resource_class_from_type

make_resource = parsing.ResourceMap.__getitem__


def make_in_order(resources, name):
    """What an update adds is made as the template lists it, by moto itself."""
    if name not in resources._parsed_resources:
        first = resources._resource_json_map.get(name, {}).get("DependsOn", [])
        for each in [first] if isinstance(first, str) else first:
            make_in_order(resources, each)
    return make_resource(resources, name)


parsing.ResourceMap.__getitem__ = make_in_order



def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


if program == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    main(["-H", "127.0.0.1", "-p", sys.argv[1]])
