variable "region" {
  type    = string
  default = "us-east-1"
}

variable "stage" {
  description = "Whose settings stand in config/"
  type        = string
  default     = "dev"
}

variable "callback_urls" {
  description = "Where Cognito sends those who have signed in"
  type        = list(string)
  default     = ["http://localhost:5173"]
}

variable "make_log_role" {
  description = "Whether to make the role by which API Gateway writes logs: an account has one in a region, for all of its APIs"
  type        = bool
  default     = false
}
