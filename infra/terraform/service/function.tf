locals {
  # As by the other roads, so that logs and the runbook have the same names.
  function = "${local.name}-api"
  runtime  = "nodejs24.x"
  code     = "${local.root}/dist/function.zip"
  layer    = "${local.root}/dist/layer.zip"
}

resource "aws_lambda_function" "api" {
  #checkov:skip=CKV_AWS_50:Traces are charged one by one, and the app writes none
  #checkov:skip=CKV_AWS_116:The gateway waits for the answer: no event is left over
  #checkov:skip=CKV_AWS_173:There is no secret in it, and Lambda encrypts it by a key of its own
  #checkov:skip=CKV_AWS_272:A signing profile is the account's, and who may deploy is IAM's
  function_name                  = local.function
  role                           = aws_iam_role.function.arn
  runtime                        = local.runtime
  architectures                  = ["arm64"]
  handler                        = "src/lambda.handler"
  layers                         = [aws_lambda_layer_version.dependencies.arn]
  filename                       = local.code
  source_code_hash               = fileexists(local.code) ? filebase64sha256(local.code) : null
  memory_size                    = local.settings.memory
  timeout                        = local.settings.timeout
  reserved_concurrent_executions = try(local.settings.concurrency.reserved, -1)
  publish                        = true

  environment {
    variables = {
      STAGE            = var.stage
      LOG_LEVEL        = local.settings.logLevel
      MONGODB_DATABASE = local.settings.database.name
      # One of the two, and never a password.
      MONGODB_URI_PARAMETER = try(local.settings.database.uriParameter, "")
      MONGODB_URI           = try(local.settings.database.uri, "")
      OIDC_ISSUER           = local.settings.issuer
      OIDC_AUDIENCE         = local.settings.audience
      OIDC_CLIENT_ID        = local.settings.clientId
      BASE_PATH             = local.base_path
      # Of one caller; empty where there is no such limit.
      CALLER_LIMIT = try("${local.settings.throttling.caller.requests}/${local.settings.throttling.caller.seconds}", "")
      CORS_ORIGINS = join(",", local.settings.origins)
    }
  }

  vpc_config {
    subnet_ids         = [for each in aws_subnet.private : each.id]
    security_group_ids = [aws_security_group.function.id]
  }

  # Without its rights it has no way into the VPC, and is not made.
  depends_on = [aws_cloudwatch_log_group.function, aws_iam_role_policy.function]

  lifecycle {
    precondition {
      condition     = fileexists(local.code) && fileexists(local.layer)
      error_message = "There is no dist/function.zip or no dist/layer.zip: npm run package:zip makes both."
    }
  }
}

# Processes that have started before anybody asks belong to a version, and a version has no name of its own.
resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.api.function_name
  function_version = aws_lambda_function.api.version
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  count                             = can(local.settings.concurrency.provisioned) ? 1 : 0
  function_name                     = aws_lambda_alias.live.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = local.settings.concurrency.provisioned
}

resource "aws_lambda_layer_version" "dependencies" {
  layer_name               = "${local.name}-dependencies"
  compatible_runtimes      = [local.runtime]
  compatible_architectures = ["arm64"]
  filename                 = local.layer
  source_code_hash         = fileexists(local.layer) ? filebase64sha256(local.layer) : null
}

resource "aws_lambda_permission" "gateway" {
  function_name = aws_lambda_alias.live.function_name
  qualifier     = aws_lambda_alias.live.name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  # Any stage, method and path of this API.
  source_arn = "${aws_api_gateway_rest_api.api.execution_arn}/*/*"
}

resource "aws_cloudwatch_log_group" "function" {
  #checkov:skip=CKV_AWS_158:CloudWatch encrypts it, by a key of its own
  name              = "/aws/lambda/${local.function}"
  retention_in_days = local.settings.logRetention
}
