"""The endpoints of HQ, with one method for each request."""
