locals {
  # The paths are those of the API's own address, which the app writes into its links: the stage is one of their parts
  # where there is no domain.
  prefix = local.domain == null ? "/${var.stage}" : local.base_path
}

# CloudFront takes certificates of this region alone:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
data "aws_acm_certificate" "cdn" {
  count       = var.cdn && local.domain != null ? 1 : 0
  region      = "us-east-1"
  domain      = local.certificate
  statuses    = ["ISSUED"]
  most_recent = true
}

data "aws_cloudfront_cache_policy" "managed" {
  for_each = toset(["CachingDisabled", "CachingOptimized"])
  name     = "Managed-${each.key}"
}

# API Gateway finds a domain by the header Host, and its own address by none but its own.
data "aws_cloudfront_origin_request_policy" "managed" {
  name = local.domain == null ? "Managed-AllViewerExceptHostHeader" : "Managed-AllViewer"
}

resource "aws_cloudfront_distribution" "api" {
  #checkov:skip=CKV2_AWS_32:The app sets its own headers, src/security.ts
  #checkov:skip=CKV2_AWS_47:There is no Java behind it, and no firewall before it
  count           = var.cdn ? 1 : 0
  comment         = local.name
  enabled         = true
  is_ipv6_enabled = true
  http_version    = "http2and3"
  aliases         = local.domain == null ? [] : [local.domain.name]

  origin {
    origin_id   = "gateway"
    domain_name = local.domain == null ? "${aws_api_gateway_rest_api.api.id}.execute-api.${local.region}.amazonaws.com" : aws_api_gateway_domain_name.api[0].regional_domain_name

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  default_cache_behavior {
    target_origin_id         = "gateway"
    viewer_protocol_policy   = "https-only"
    allowed_methods          = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods           = ["GET", "HEAD"]
    cache_policy_id          = data.aws_cloudfront_cache_policy.managed["CachingDisabled"].id
    origin_request_policy_id = data.aws_cloudfront_origin_request_policy.managed.id
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.kept

    content {
      # A greedy parameter is a star here.
      path_pattern             = "${local.prefix}${replace(ordered_cache_behavior.value, "{file+}", "*")}"
      target_origin_id         = "gateway"
      viewer_protocol_policy   = "redirect-to-https"
      allowed_methods          = ["GET", "HEAD", "OPTIONS"]
      cached_methods           = ["GET", "HEAD"]
      compress                 = true
      cache_policy_id          = data.aws_cloudfront_cache_policy.managed["CachingOptimized"].id
      origin_request_policy_id = data.aws_cloudfront_origin_request_policy.managed.id
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = local.domain == null
    acm_certificate_arn            = one(data.aws_acm_certificate.cdn[*].arn)
    ssl_support_method             = local.domain == null ? null : "sni-only"
    minimum_protocol_version       = local.domain == null ? null : "TLSv1.2_2021"
  }
}
