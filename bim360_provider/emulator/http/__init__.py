"""HTTP without sockets: requests, replies, routes, tokens and quotas."""
