"""All waivers of the rules in this folder, each with its reason."""

# "path:function" -> why it may be longer than the rest.
LONG_FUNCTIONS: dict[str, str] = {}

# "path" -> why the module may be longer than the rest.
LONG_MODULES: dict[str, str] = {}

# "path:name" -> why a vague term is right here.
VAGUE_NAMES: dict[str, str] = {
    "bim360_provider/hq/transport/http.py:proxy_manager_for": "requests calls it by this name",
}
