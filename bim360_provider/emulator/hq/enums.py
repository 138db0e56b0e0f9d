"""HQ's lists of allowed values.

They are documented at https://aps.autodesk.com/en/docs/bim360/v1/overview/parameters/ ; lists that
are not readable there are from the vendor engineers' collection
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
"""The first five are documented, the vendor's set-up tool uses the others (observed):
https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool"""

STATUSES = ("active", "pending", "inactive", "archived")
"""Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/"""

SETTABLE_STATUSES = ("active", "inactive", "archived")
"""``pending`` is the initial status; it is never sent (inference from the same page)."""

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
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN
    BWP BYN BYR BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD
    EEK EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR
    IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LTL LVL LYD
    MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB
    PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP
    STN SVC SYP SZL THB TJS TMT TND TOP TRL TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED
    VES VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR
    ZMW ZWL
    """.split()
)
"""Observed: clients of HQ send 49 of these; the vendor's newer API documents all of them.

The longer list, since firms in Mexico or the Emirates use HQ as well.
"""

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
"""The list of https://github.com/autodesk-platform-services/aps-sdk-openapi."""

TRADES = tuple(
    " ".join(trade.split())
    for trade in """
    Architecture; Communications; Communications | Data; Concrete; Concrete | Cast-in-Place;
    Concrete | Precast; Construction Management; Conveying Equipment; Conveying Equipment |
    Elevators; Demolition; Earthwork; Earthwork | Site Excavation & Grading; Electrical; Electrical
    Power Generation; Electronic Safety & Security; Equipment; Equipment | Kitchen Appliances;
    Exterior Improvements; Exterior | Fences & Gates; Exterior | Landscaping; Exterior | Irrigation;
    Finishes; Finishes | Carpeting; Finishes | Ceiling; Finishes | Drywall; Finishes | Flooring;
    Finishes | Painting & Coating; Finishes | Tile; Fire Suppression; Furnishings; Furnishings |
    Casework & Cabinets; Furnishings | Countertops; Furnishings | Window Treatments; General
    Contractor; HVAC Heating, Ventilating, & Air Conditioning; Industry-Specific Manufacturing
    Processing; Integrated Automation; Masonry; Material Processing & Handling Equipment; Metals;
    Metals | Structural Steel / Framing; Moisture Protection; Moisture Protection | Roofing;
    Moisture Protection | Waterproofing; Openings; Openings | Doors & Frames; Openings | Entrances &
    Storefronts; Openings | Glazing; Openings | Roof Windows & Skylights; Openings | Windows; Owner;
    Plumbing; Pollution & Waste Control Equipment; Process Gas & Liquid Handling, Purification, &
    Storage Equipment; Process Heating, Cooling, & Drying Equipment; Process Integration; Process
    Integration | Piping; Special Construction; Specialties; Specialties | Signage; Utilities; Water
    & Wastewater Equipment; Waterway & Marine Construction; Wood & Plastics; Wood & Plastics |
    Millwork; Wood & Plastics | Rough Carpentry
    """.split(";")
)
"""Documented: https://github.com/autodesk-platform-services/aps-sdk-openapi (accountadmin.yaml)"""

USER_ROLES = ("account_admin", "account_user", "project_admin")
USER_STATUSES = ("active", "inactive", "pending", "not_invited")
SETTABLE_USER_STATUSES = ("active", "inactive")
"""Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-:user_id-PATCH/"""

INDUSTRY_ROLES = (
    "Engineer",
    "Architect",
    "BIM Manager",
    "Civil Engineer",
    "Commercial Manager",
    "Construction Manager",
    "Contract Manager",
    "Contractor",
    "Cost Engineer",
    "Cost Manager",
    "Designer",
    "Document Manager",
    "Drafter",
    "Electrical Engineer",
    "Estimator",
    "Executive",
    "Fire Safety Engineer",
    "Foreman",
    "HVAC Engineer",
    "Inspector",
    "Interior Designer",
    "IT",
    "Mechanical Engineer",
    "Owner",
    "Plumbing Engineer",
    "Project Engineer",
    "Project Manager",
    "Quality Manager",
    "Quantity Surveyor",
    "Safety Manager",
    "Scheduler",
    "Structural Engineer",
    "Subcontractor",
    "Superintendent",
    "Surveyor",
    "VDC Manager",
)
"""Observed: https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool"""
