locals {
  # It must be there before: a certificate that nobody has validated yet cannot be used.
  certificate = try(local.domain.certificate, local.domain.name, null)
  parent      = try(join(".", slice(split(".", local.domain.name), 1, length(split(".", local.domain.name)))), null)
}

data "aws_acm_certificate" "gateway" {
  count       = local.domain == null ? 0 : 1
  domain      = local.certificate
  statuses    = ["ISSUED"]
  most_recent = true
}

data "aws_route53_zone" "public" {
  count = local.domain == null ? 0 : 1
  name  = coalesce(var.zone, local.parent)
}

resource "aws_api_gateway_domain_name" "api" {
  count                    = local.domain == null ? 0 : 1
  domain_name              = local.domain.name
  regional_certificate_arn = data.aws_acm_certificate.gateway[0].arn
  security_policy          = "TLS_1_2"

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_base_path_mapping" "api" {
  count       = local.domain == null ? 0 : 1
  domain_name = aws_api_gateway_domain_name.api[0].domain_name
  api_id      = aws_api_gateway_rest_api.api.id
  stage_name  = aws_api_gateway_stage.api.stage_name
  base_path   = try(local.domain.basePath, null)
}

resource "aws_route53_record" "api" {
  count   = local.domain == null ? 0 : 1
  zone_id = data.aws_route53_zone.public[0].zone_id
  name    = local.domain.name
  type    = "A"

  alias {
    name                   = var.cdn ? aws_cloudfront_distribution.api[0].domain_name : aws_api_gateway_domain_name.api[0].regional_domain_name
    zone_id                = var.cdn ? aws_cloudfront_distribution.api[0].hosted_zone_id : aws_api_gateway_domain_name.api[0].regional_zone_id
    evaluate_target_health = false
  }
}
