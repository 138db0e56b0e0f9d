"""HQ's lists of allowed values.

The lists' home is https://aps.autodesk.com/en/docs/bim360/v1/overview/parameters/ ; where that page
has no copy to read they follow the vendor engineers' collection
https://github.com/mazerab/bim360-automation-postman (observed).
"""

SERVICES = (
    "field",
    "glue",
    "schedule",
    "plan",
    "doc_manager",
    "admin",
    "pm",
    "fng",
    "collab",
    "cost",
    "gng",
    "insight",
)
"""The first five are documented, the others are in use by the vendor's set-up tool (observed):
https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool"""

STATUSES = ("active", "pending", "inactive", "archived")
"""Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/"""

SETTABLE_STATUSES = ("active", "inactive", "archived")
"""``pending`` is where a project begins; it is never sent (inference from the same page)."""

REGIONS = ("US", "EMEA", "AUS", "CAN", "DEU", "IND", "JPN", "GBR")
"""Documented: https://github.com/autodesk-platform-services/aps-sdk-openapi (accountadmin.yaml)"""

LANGUAGES = ("en", "de")
"""Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/"""

CONSTRUCTION_TYPES = ("New Construction", "Renovation")

CONTRACT_TYPES = (
    "Construction Management (CM) at Risk",
    "Design-Bid",
    "Design-Bid-Build",
    "Design-Build-Operate",
    "IPD",
)

CURRENCIES = tuple(
    "USD AUD CAD EUR GBP ALL AZN BYR BRL BGN CNY HRK CZK DKK EEK HKD HUF ISK INR IRR ILS JPY KZT "
    "KRW KPW KGS LVL LTL MKD MNT ANG NOK PKR PLN RON RUB SAR RSD SGD ZAR SEK CHF TWD TRL UAH UZS "
    "YER PHP NZD".split()
)
"""TRL, not TRY, is what this list says."""

TIMEZONES = tuple(
    """
    Pacific/Honolulu America/Juneau America/Los_Angeles America/Phoenix America/Denver
    America/Chicago America/New_York America/Indiana/Indianapolis Pacific/Pago_Pago Pacific/Midway
    America/Tijuana America/Chihuahua America/Mazatlan America/Guatemala America/Mexico_City
    America/Monterrey America/Regina America/Bogota America/Lima America/Caracas America/Halifax
    America/Guyana America/La_Paz America/Santiago America/St_Johns America/Sao_Paulo
    America/Argentina/Buenos_Aires America/Godthab Atlantic/South_Georgia Atlantic/Azores
    Atlantic/Cape_Verde Africa/Casablanca Europe/Dublin Europe/Lisbon Europe/London
    Africa/Monrovia Etc/UTC Europe/Amsterdam Europe/Belgrade Europe/Berlin Europe/Bratislava
    Europe/Brussels Europe/Budapest Europe/Copenhagen Europe/Ljubljana Europe/Madrid Europe/Paris
    Europe/Prague Europe/Rome Europe/Sarajevo Europe/Skopje Europe/Stockholm Europe/Vienna
    Europe/Warsaw Africa/Algiers Europe/Zagreb Europe/Athens Europe/Bucharest Africa/Cairo
    Africa/Harare Europe/Helsinki Europe/Istanbul Asia/Jerusalem Europe/Kiev Africa/Johannesburg
    Europe/Riga Europe/Sofia Europe/Tallinn Europe/Vilnius Asia/Baghdad Asia/Kuwait Europe/Minsk
    Africa/Nairobi Asia/Riyadh Asia/Tehran Asia/Muscat Asia/Baku Europe/Moscow Asia/Tbilisi
    Asia/Yerevan Asia/Kabul Asia/Karachi Asia/Tashkent Asia/Kolkata Asia/Colombo Asia/Kathmandu
    Asia/Almaty Asia/Dhaka Asia/Yekaterinburg Asia/Rangoon Asia/Bangkok Asia/Jakarta
    Asia/Novosibirsk Asia/Shanghai Asia/Chongqing Asia/Hong_Kong Asia/Krasnoyarsk
    Asia/Kuala_Lumpur Australia/Perth Asia/Singapore Asia/Taipei Asia/Ulaanbaatar Asia/Urumqi
    Asia/Irkutsk Asia/Tokyo Asia/Seoul Australia/Adelaide Australia/Darwin Australia/Brisbane
    Australia/Melbourne Pacific/Guam Australia/Hobart Pacific/Port_Moresby Australia/Sydney
    Asia/Yakutsk Pacific/Noumea Asia/Vladivostok Pacific/Auckland Pacific/Fiji Asia/Kamchatka
    Asia/Magadan Pacific/Majuro Pacific/Guadalcanal Pacific/Tongatapu Pacific/Apia Pacific/Fakaofo
    """.split()
)
"""The same list as https://github.com/autodesk-platform-services/aps-sdk-openapi has."""
