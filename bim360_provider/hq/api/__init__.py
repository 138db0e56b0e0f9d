"""The endpoints of HQ: one method sends one request."""
