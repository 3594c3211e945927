data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}
data "aws_region" "here" {}

locals {
  root     = "${path.module}/../../.."
  service  = jsondecode(file("${local.root}/package.json")).name
  own      = "${local.root}/config/${var.stage}.yml"
  settings = yamldecode(file(fileexists(local.own) ? local.own : "${local.root}/config/preview.yml"))
  name     = "${local.service}-${var.stage}"
  domain   = try(local.settings.domain, null)
  # "/v1", or nothing.
  base_path = try("/${local.domain.basePath}", "")
  partition = data.aws_partition.here.partition
  region    = data.aws_region.here.region
  account   = data.aws_caller_identity.here.account_id
}
