terraform {
  required_version = ">= 1.6"
  required_providers {
    aws = {
      source = "hashicorp/aws"
      # The first that knows nodejs24.x.
      version = ">= 6.19, < 7"
    }
  }
}
