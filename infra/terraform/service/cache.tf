resource "aws_api_gateway_method_settings" "kept" {
  for_each    = var.cache_size == null ? [] : toset(local.kept)
  rest_api_id = aws_api_gateway_rest_api.api.id
  stage_name  = aws_api_gateway_stage.api.stage_name
  # "/" is "~1" here, the first one too: https://github.com/hashicorp/terraform-provider-aws/issues/9738
  method_path = "${replace(each.key, "/", "~1")}/GET"

  settings {
    throttling_rate_limit  = try(local.route_limits["GET ${each.key}"].rate, local.settings.throttling.rate)
    throttling_burst_limit = try(local.route_limits["GET ${each.key}"].burst, local.settings.throttling.burst)
    caching_enabled        = true
    cache_ttl_in_seconds   = 300
    cache_data_encrypted   = true
    # Else any caller empties it, by a header.
    require_authorization_for_cache_control    = true
    unauthorized_cache_control_header_strategy = "SUCCEED_WITHOUT_RESPONSE_HEADER"
  }

  # Made at the same time, it was seen to win: https://github.com/hashicorp/terraform-provider-aws/issues/41104
  depends_on = [aws_api_gateway_method_settings.all]
}
