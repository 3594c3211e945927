# For all callers together; nothing is kept that one of them alone may see.
resource "aws_api_gateway_method_settings" "all" {
  #checkov:skip=CKV_AWS_225:The answer to one caller is not another's; cache.tf has the pages
  rest_api_id = aws_api_gateway_rest_api.api.id
  stage_name  = aws_api_gateway_stage.api.stage_name
  method_path = "*/*"

  settings {
    throttling_rate_limit  = local.settings.throttling.rate
    throttling_burst_limit = local.settings.throttling.burst
    caching_enabled        = false
  }
}
