"""What a body about an account user may say.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-POST/
"""

from bim360_provider.emulator import enums
from bim360_provider.emulator.fields import TEXT_LIMIT, Field, Shape
from bim360_provider.emulator.values import email, listed, text, unique_id

PROFILE = (
    Field("nickname", text(TEXT_LIMIT)),
    Field("first_name", text(TEXT_LIMIT)),
    Field("last_name", text(TEXT_LIMIT)),
    Field("image_url", text(TEXT_LIMIT)),
    Field("address_line_1", text(TEXT_LIMIT)),
    Field("address_line_2", text(TEXT_LIMIT)),
    Field("city", text(TEXT_LIMIT)),
    Field("state_or_province", text(TEXT_LIMIT)),
    Field("postal_code", text(TEXT_LIMIT)),
    Field("country", text(TEXT_LIMIT)),
    Field("phone", text(TEXT_LIMIT)),
    Field("company", text(TEXT_LIMIT)),
    Field("job_title", text(TEXT_LIMIT)),
    Field("industry", text(TEXT_LIMIT)),
    # One page prints 25; the others agree on 255.
    Field("about_me", text(TEXT_LIMIT)),
)
"""What the person's Autodesk profile overrides as soon as there is one."""

ANSWERED = (
    "id",
    "account_id",
    "role",
    "company_name",
    "last_sign_in",
    "uid",
    "default_role_id",
    "created_at",
    "updated_at",
)

NEW_USER = Shape(
    fields=(
        Field("email", email, required=True),
        Field("company_id", unique_id),
        # The vendor's OpenAPI file has `name` and lacks `default_role`, its page the other way
        # round; both are taken.
        Field("name", text(TEXT_LIMIT)),
        Field("default_role", text(TEXT_LIMIT)),
        *PROFILE,
    ),
    read_only=(*ANSWERED, "status"),
)

CHANGED_USER = Shape(
    fields=(
        Field("status", listed(enums.SETTABLE_USER_STATUSES), required=True),
        Field("company_id", unique_id),
        Field("default_role", text(TEXT_LIMIT)),
    ),
    read_only=(*ANSWERED, "email", "name", *(field.name for field in PROFILE)),
)
"""Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-:user_id-PATCH/"""
