# terraform test: plans of the service, for which no account is asked.
mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d"] }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "000000000000" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { region = "us-east-1" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

run "dev" {
  command = plan

  variables {
    stage   = "dev"
    network = { nat = "one" }
  }

  assert {
    condition     = aws_lambda_function.api.memory_size == local.settings.memory && aws_lambda_function.api.timeout <= 29
    error_message = "The memory is not that of config/dev.yml, or the time is longer than a REST API waits."
  }

  # docs/runbook.md and docs/deploy.md name them so, whatever deploys the stage.
  assert {
    condition     = aws_cloudwatch_log_group.function.name == "/aws/lambda/${local.service}-dev-api" && aws_iam_role.function.name == "${local.service}-dev-us-east-1-lambdaRole"
    error_message = "The log or the role has another name than by serverless.yml."
  }

  assert {
    condition     = length(aws_subnet.private) == 3 && length(aws_nat_gateway.main) == 1 && length(aws_route.nat) == 3
    error_message = "Three zones have not one gateway together."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.alarm) == 0 && length(aws_api_gateway_domain_name.api) == 0
    error_message = "There are alarms or a domain, and nobody asked for them."
  }

  assert {
    condition     = alltrue([for path, methods in local.document.paths : can(methods.x-amazon-apigateway-any-method.security) && !can(methods.options.security)])
    error_message = "A path can be asked without a key."
  }
}

run "prod" {
  command = plan

  variables {
    stage   = "prod"
    network = { nat = "each" }
  }

  assert {
    condition     = length(aws_nat_gateway.main) == 3 && length(aws_cloudwatch_metric_alarm.alarm) == 5
    error_message = "There are not three gateways and five alarms."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.alarm["FunctionDurationAlarm"].threshold == local.settings.timeout * 900 && aws_cloudwatch_metric_alarm.alarm["GatewayErrorsAlarm"].metric_name == "5XXError"
    error_message = "An alarm is not as resources/alarms.yml has it."
  }

  assert {
    condition     = aws_api_gateway_method_settings.route["POST /{proxy+}"].method_path == "~1{proxy+}/POST" && aws_api_gateway_method_settings.route["POST /{proxy+}"].settings[0].throttling_rate_limit == local.settings.throttling.routes["POST /{proxy+}"].rate
    error_message = "A route's own limit is not as the settings have it."
  }

  assert {
    condition     = aws_api_gateway_rest_api.api.disable_execute_api_endpoint && output.url == "https://${local.domain.name}"
    error_message = "The gateway's own address is open beside the domain."
  }
}

run "preview" {
  command = plan

  variables {
    stage   = "pr-42"
    network = { nat = "one" }
  }

  assert {
    condition     = aws_lambda_function.api.environment[0].variables.MONGODB_URI_PARAMETER == "/${local.service}/preview/mongodb-uri"
    error_message = "A stage without a file of its own is no preview."
  }
}

run "links" {
  command = plan

  variables {
    stage = "dev"
    network = {
      atlas  = "com.amazonaws.vpce.us-east-1.vpce-svc-atlas"
      issuer = "com.amazonaws.vpce.us-east-1.vpce-svc-issuer"
    }
  }

  assert {
    condition     = length(aws_nat_gateway.main) == 0 && join(" ", keys(aws_vpc_endpoint.link)) == "atlas issuer ssm"
    error_message = "There is no way to one of the three."
  }
}

run "cached" {
  command = plan

  variables {
    stage      = "dev"
    network    = { nat = "one" }
    cache_size = "0.5"
    cdn        = true
  }

  assert {
    condition     = length(aws_api_gateway_method_settings.kept) == 4 && !aws_api_gateway_method_settings.all.settings[0].caching_enabled
    error_message = "Something else than the docs pages is kept."
  }

  assert {
    condition     = aws_cloudfront_distribution.api[0].ordered_cache_behavior[1].path_pattern == "/dev/docs/*"
    error_message = "CloudFront does not know the pages by the API's own paths."
  }
}

run "domain_of_the_cdn" {
  command = plan

  variables {
    stage   = "prod"
    network = { nat = "each" }
    cdn     = true
  }

  assert {
    condition     = join(" ", aws_cloudfront_distribution.api[0].aliases) == local.domain.name && aws_cloudfront_distribution.api[0].ordered_cache_behavior[1].path_pattern == "/docs/*"
    error_message = "CloudFront does not answer by the domain, at the paths that the domain has."
  }
}

run "no_way_at_all" {
  command         = plan
  expect_failures = [aws_vpc.main]

  variables {
    stage   = "dev"
    network = {}
  }
}

run "no_way_to_the_issuer" {
  command         = plan
  expect_failures = [aws_vpc.main]

  variables {
    stage   = "dev"
    network = { atlas = "com.amazonaws.vpce.us-east-1.vpce-svc-atlas" }
  }
}

run "two_zones" {
  command         = plan
  expect_failures = [data.aws_availability_zones.here]

  override_data {
    target = data.aws_availability_zones.here
    values = { names = ["us-west-1a", "us-west-1b"] }
  }

  variables {
    stage   = "dev"
    network = { nat = "one" }
  }
}

run "no_laptop" {
  command         = plan
  expect_failures = [var.stage]

  variables {
    stage   = "local"
    network = { nat = "one" }
  }
}
