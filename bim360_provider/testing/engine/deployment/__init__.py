"""Deploys a stack: decides and runs the steps of each resource, in the order of dependencies."""
