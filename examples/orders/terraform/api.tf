locals {
  document = "${path.module}/build/api.json"
  body = templatefile(local.document, {
    function_invoke_arn      = aws_lambda_function.app.invoke_arn
    courier_authorizer_arn   = aws_lambda_function.small["courier"].invoke_arn
    deliveries_function_arn  = aws_lambda_function.small["deliveries"].invoke_arn
    orders_state_machine_arn = aws_sfn_state_machine.orders.arn
    receipts_bucket          = aws_s3_bucket.receipts.bucket
    user_pool_arn            = aws_cognito_user_pool.customers.arn
    gateway_role_arn         = aws_iam_role.gateway.arn
    page_origin              = local.settings.origins[0]
  })
}

resource "aws_api_gateway_rest_api" "orders" {
  name = local.name
  body = local.body

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

# What is deployed stays as it was until it is deployed again.
resource "aws_api_gateway_deployment" "orders" {
  rest_api_id = aws_api_gateway_rest_api.orders.id

  triggers = {
    body = sha1(local.body)
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "orders" {
  rest_api_id          = aws_api_gateway_rest_api.orders.id
  deployment_id        = aws_api_gateway_deployment.orders.id
  stage_name           = var.stage
  xray_tracing_enabled = false

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format = jsonencode({
      requestId        = "$context.requestId"
      time             = "$context.requestTime"
      ip               = "$context.identity.sourceIp"
      method           = "$context.httpMethod"
      resource         = "$context.resourcePath"
      status           = "$context.status"
      responseLength   = "$context.responseLength"
      latency          = "$context.responseLatency"
      integrationError = "$context.integration.error"
      authorizerError  = "$context.authorizer.error"
      apiKeyId         = "$context.identity.apiKeyId"
    })
  }

  depends_on = [aws_api_gateway_account.logs]
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/api-gateway/${local.name}"
  retention_in_days = local.settings.logRetention
}
