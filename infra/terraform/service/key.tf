# It tells one client from another, and is no proof of who they are: the app verifies the token.
resource "aws_api_gateway_api_key" "client" {
  name = "${local.name}-client"
}

resource "aws_api_gateway_usage_plan" "clients" {
  name = local.name

  api_stages {
    api_id = aws_api_gateway_rest_api.api.id
    stage  = aws_api_gateway_stage.api.stage_name
  }

  throttle_settings {
    rate_limit  = local.settings.throttling.rate
    burst_limit = local.settings.throttling.burst
  }
}

resource "aws_api_gateway_usage_plan_key" "client" {
  key_id        = aws_api_gateway_api_key.client.id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.clients.id
}
