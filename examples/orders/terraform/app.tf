# The service itself, as `npm run package:zip` has packed it.
resource "aws_lambda_function" "app" {
  function_name    = local.name
  role             = aws_iam_role.app.arn
  runtime          = "nodejs24.x"
  architectures    = ["arm64"]
  handler          = "src/lambda.handler"
  layers           = [aws_lambda_layer_version.dependencies.arn]
  filename         = "${local.root}/dist/function.zip"
  source_code_hash = filebase64sha256("${local.root}/dist/function.zip")
  memory_size      = local.settings.memory
  timeout          = local.settings.timeout

  environment {
    variables = {
      STAGE                 = var.stage
      LOG_LEVEL             = local.settings.logLevel
      OIDC_ISSUER           = local.settings.issuer
      OIDC_AUDIENCE         = local.settings.audience
      OIDC_CLIENT_ID        = local.settings.clientId
      CORS_ORIGINS          = join(",", local.settings.origins)
      MONGODB_DATABASE      = local.settings.database.name
      MONGODB_URI_PARAMETER = local.settings.database.uriParameter
    }
  }

  depends_on = [aws_cloudwatch_log_group.app]
}

resource "aws_lambda_layer_version" "dependencies" {
  layer_name               = "${local.name}-dependencies"
  compatible_runtimes      = ["nodejs24.x"]
  compatible_architectures = ["arm64"]
  filename                 = "${local.root}/dist/layer.zip"
  source_code_hash         = filebase64sha256("${local.root}/dist/layer.zip")
}

resource "aws_lambda_permission" "gateway" {
  function_name = aws_lambda_function.app.function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  # Any stage, method and path of this API.
  source_arn = "${aws_api_gateway_rest_api.orders.execution_arn}/*/*"
}

resource "aws_cloudwatch_log_group" "app" {
  name              = "/aws/lambda/${local.name}"
  retention_in_days = local.settings.logRetention
}

resource "aws_iam_role" "app" {
  name               = "${local.name}-app"
  assume_role_policy = data.aws_iam_policy_document.function_trust.json
}

data "aws_iam_policy_document" "function_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "app" {
  name   = "function"
  role   = aws_iam_role.app.id
  policy = data.aws_iam_policy_document.app.json
}

data "aws_iam_policy_document" "app" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.app.arn}:*"]
  }

  statement {
    actions   = ["ssm:GetParameter"]
    resources = ["arn:${data.aws_partition.here.partition}:ssm:${var.region}:${data.aws_caller_identity.here.account_id}:parameter${local.settings.database.uriParameter}"]
  }
}
