locals {
  issuer = regex("^https?://([^/:]+)", local.settings.issuer)[0]

  # Where the function gets to without the open net, and by which ports.
  links = {
    for name, link in {
      # A port for each node: https://www.mongodb.com/docs/atlas/security-private-endpoint/
      atlas  = { service = var.network.atlas, ports = [1024, 65535] }
      issuer = { service = var.network.issuer, ports = [443, 443] }
      ssm = {
        service = var.network.nat == null && can(local.settings.database.uriParameter) ? "com.amazonaws.${local.region}.ssm" : null
        ports   = [443, 443]
      }
    } : name => link if link.service != null
  }
}

resource "aws_vpc_endpoint" "link" {
  for_each           = local.links
  vpc_id             = aws_vpc.main.id
  service_name       = each.value.service
  vpc_endpoint_type  = "Interface"
  subnet_ids         = [for each in aws_subnet.private : each.id]
  security_group_ids = [aws_security_group.link[each.key].id]
  # Atlas' names lead to it by Atlas' own DNS, the issuer's by the zone below.
  private_dns_enabled = each.key == "ssm"
  tags                = { Name = "${local.name}-${each.key}" }
}

resource "aws_security_group" "link" {
  for_each    = local.links
  name        = "${local.name}-${each.key}"
  description = "The way to ${each.key}, for the function alone"
  vpc_id      = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "link" {
  for_each                     = local.links
  security_group_id            = aws_security_group.link[each.key].id
  description                  = "The function"
  referenced_security_group_id = aws_security_group.function.id
  ip_protocol                  = "tcp"
  from_port                    = each.value.ports[0]
  to_port                      = each.value.ports[1]
}

resource "aws_vpc_security_group_egress_rule" "link" {
  for_each                     = local.links
  security_group_id            = aws_security_group.function.id
  description                  = each.key
  referenced_security_group_id = aws_security_group.link[each.key].id
  ip_protocol                  = "tcp"
  from_port                    = each.value.ports[0]
  to_port                      = each.value.ports[1]
}

resource "aws_route53_zone" "issuer" {
  count = var.network.issuer == null ? 0 : 1
  name  = local.issuer

  vpc {
    vpc_id = aws_vpc.main.id
  }
}

resource "aws_route53_record" "issuer" {
  count   = var.network.issuer == null ? 0 : 1
  zone_id = aws_route53_zone.issuer[0].zone_id
  name    = local.issuer
  type    = "A"

  alias {
    name                   = aws_vpc_endpoint.link["issuer"].dns_entry[0].dns_name
    zone_id                = aws_vpc_endpoint.link["issuer"].dns_entry[0].hosted_zone_id
    evaluate_target_health = false
  }
}
