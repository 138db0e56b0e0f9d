"""HTTP: token, rate limit, request, response and retry."""
