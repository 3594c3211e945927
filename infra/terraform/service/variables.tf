variable "stage" {
  description = "Whose settings stand in config/; one without a file of its own is a preview"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,29}$", var.stage)) && var.stage != "local"
    error_message = "The stage must be a name such as dev, prod or pr-42; local is a laptop."
  }
}

variable "network" {
  description = "nat: one gateway, or each zone its own; atlas and issuer: names of endpoint services (com.amazonaws.vpce.…)"
  type = object({
    cidr   = optional(string, "10.0.0.0/16")
    nat    = optional(string)
    atlas  = optional(string)
    issuer = optional(string)
  })

  validation {
    condition     = var.network.nat == null ? true : contains(["one", "each"], var.network.nat)
    error_message = "network.nat must be one (a gateway for all zones) or each (a gateway in each zone), or left out."
  }
}

variable "zone" {
  description = "The zone in Route 53 that the domain of the settings is in, where it is not the domain's parent"
  type        = string
  default     = null
}

variable "cache_size" {
  description = "Gigabytes of the stage's cache for the docs pages, such as 0.5; without it there is none"
  type        = string
  default     = null
}

variable "cdn" {
  description = "Whether CloudFront stands in front, and keeps the docs pages"
  type        = bool
  default     = false
}

variable "make_log_role" {
  description = "Whether to make the role by which API Gateway writes logs: an account has one in a region, for all of its APIs"
  type        = bool
  default     = false
}
