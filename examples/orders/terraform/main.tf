terraform {
  required_version = ">= 1.6"
  required_providers {
    archive = {
      source  = "hashicorp/archive"
      version = "~> 2.7"
    }
    aws = {
      source = "hashicorp/aws"
      # The first that knows nodejs24.x.
      version = ">= 6.19, < 7"
    }
  }
}

provider "aws" {
  region = var.region
}

data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}

locals {
  root     = "${path.module}/../../.."
  service  = jsondecode(file("${local.root}/package.json")).name
  settings = yamldecode(file("${local.root}/config/${var.stage}.yml"))
  name     = "${local.service}-orders-${var.stage}"
}
