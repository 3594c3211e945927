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

locals {
  route_limits = try(local.settings.throttling.routes, {})
  # The routes that the stage's cache keeps have these limits among its own settings.
  cached_routes = var.cache_size == null ? [] : [for path in local.kept : "GET ${path}"]
}

resource "aws_api_gateway_method_settings" "route" {
  #checkov:skip=CKV_AWS_225:The answer to one caller is not another's; cache.tf has the pages
  for_each    = { for route, limits in local.route_limits : route => limits if !contains(local.cached_routes, route) }
  rest_api_id = aws_api_gateway_rest_api.api.id
  stage_name  = aws_api_gateway_stage.api.stage_name
  # "/" is "~1" here, the first one too: https://github.com/hashicorp/terraform-provider-aws/issues/9738
  method_path = "${replace(split(" ", each.key)[1], "/", "~1")}/${split(" ", each.key)[0]}"

  settings {
    throttling_rate_limit  = each.value.rate
    throttling_burst_limit = each.value.burst
    caching_enabled        = false
  }

  # Made at the same time, it was seen to win: https://github.com/hashicorp/terraform-provider-aws/issues/41104
  depends_on = [aws_api_gateway_method_settings.all]

  lifecycle {
    precondition {
      condition     = contains(local.paths, split(" ", each.key)[1])
      error_message = "throttling.routes has ${each.key}, a route of the HTTP API alone: the paths of this REST API are ${join(", ", local.paths)}."
    }
  }
}
