# Of the document as it was exported: what is filled in is not known before it is made, and for_each must know.
locals {
  throttled = merge([
    for path, methods in jsondecode(file(local.document)).paths : {
      for method, operation in methods :
      # "/" is "~1" here, the first one too: https://github.com/hashicorp/terraform-provider-aws/issues/9738
      "${replace(path, "/", "~1")}/${upper(method)}" => operation["x-throttling"]
      if can(operation["x-throttling"])
    }
  ]...)
}

resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.orders.id
  stage_name  = aws_api_gateway_stage.orders.stage_name
  method_path = "*/*"

  settings {
    throttling_rate_limit  = local.settings.throttling.rate
    throttling_burst_limit = local.settings.throttling.burst
  }
}

resource "aws_api_gateway_method_settings" "throttled" {
  for_each    = local.throttled
  rest_api_id = aws_api_gateway_rest_api.orders.id
  stage_name  = aws_api_gateway_stage.orders.stage_name
  method_path = each.key

  settings {
    throttling_rate_limit  = each.value.rate
    throttling_burst_limit = each.value.burst
  }

  # Made at the same time, it was seen to win: https://github.com/hashicorp/terraform-provider-aws/issues/41104
  depends_on = [aws_api_gateway_method_settings.all]
}
