resource "aws_api_gateway_rest_api" "api" {
  name           = local.name
  api_key_source = "HEADER"
  body           = jsonencode(local.document)
  # As hapi does elsewhere: behind a REST API the app compresses nothing (src/compression.ts).
  minimum_compression_size = 1024
  # Behind a domain there is one address, and no way around it.
  disable_execute_api_endpoint = local.domain != null

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  lifecycle {
    create_before_destroy = true
  }
}

# What is deployed stays as it was until it is deployed again.
resource "aws_api_gateway_deployment" "api" {
  rest_api_id = aws_api_gateway_rest_api.api.id

  triggers = {
    body = sha1(aws_api_gateway_rest_api.api.body)
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "api" {
  #checkov:skip=CKV_AWS_73:Traces are charged one by one; the access log has each request's latency, and the integration's
  #checkov:skip=CKV_AWS_120:It is paid by the hour, for the docs pages alone; var.cache_size has it
  #checkov:skip=CKV2_AWS_4:The execution log would say what the access log and the app's own say
  #checkov:skip=CKV2_AWS_29:A firewall costs $5 a month at rest, and belongs to whoever knows the attacks
  #checkov:skip=CKV2_AWS_51:Lambda is asked by the gateway's rights, and no backend by HTTP
  rest_api_id           = aws_api_gateway_rest_api.api.id
  deployment_id         = aws_api_gateway_deployment.api.id
  stage_name            = var.stage
  cache_cluster_enabled = var.cache_size != null
  cache_cluster_size    = var.cache_size
  xray_tracing_enabled  = false

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.gateway.arn
    # The gateway knows its own request id only: the app's line has both.
    format = jsonencode({
      requestId          = "$context.requestId"
      time               = "$context.requestTime"
      ip                 = "$context.identity.sourceIp"
      method             = "$context.httpMethod"
      resource           = "$context.resourcePath"
      status             = "$context.status"
      responseLength     = "$context.responseLength"
      latency            = "$context.responseLatency"
      integrationLatency = "$context.integration.latency"
      integrationError   = "$context.integration.error"
      apiKeyId           = "$context.identity.apiKeyId"
    })
  }

  depends_on = [aws_api_gateway_account.logs]
}

resource "aws_cloudwatch_log_group" "gateway" {
  #checkov:skip=CKV_AWS_158:CloudWatch encrypts it, by a key of its own
  name              = "/aws/api-gateway/${local.name}"
  retention_in_days = local.settings.logRetention
}
