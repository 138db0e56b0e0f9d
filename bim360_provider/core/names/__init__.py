"""Unique names: HQ refuses a name in use, so resources that exchange names wait for each other."""
