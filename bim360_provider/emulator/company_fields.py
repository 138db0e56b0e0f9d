"""What a company's body may say.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-POST/
"""

from bim360_provider.emulator.fields import TEXT_LIMIT, Field, Shape
from bim360_provider.emulator.values import any_text, text, trade

COMPANY = Shape(
    fields=(
        Field("name", text(TEXT_LIMIT), required=True),
        Field("trade", trade, required=True),
        Field("address_line_1", text(TEXT_LIMIT)),
        Field("address_line_2", text(TEXT_LIMIT)),
        Field("city", text(TEXT_LIMIT)),
        # Which states and countries there are stands on a page that could not be read.
        Field("state_or_province", text(TEXT_LIMIT)),
        Field("postal_code", text(TEXT_LIMIT)),
        Field("country", text(TEXT_LIMIT)),
        Field("phone", text(TEXT_LIMIT)),
        Field("website_url", text(TEXT_LIMIT)),
        Field("description", text(TEXT_LIMIT)),
        Field("erp_id", any_text),
        Field("tax_id", any_text),
    ),
    read_only=("id", "account_id", "created_at", "updated_at"),
)
