"""HQ's closed lists and the trades of companies, as far as they are public."""

from typing import Final

__all__ = [
    "CONSTRUCTION_TYPES",
    "CONTRACT_TYPES",
    "CURRENCIES",
    "DECLARABLE_STATUSES",
    "IMPLICIT_SERVICES",
    "LANGUAGES",
    "PROJECT_TYPES",
    "REGIONS",
    "SERVICE_TYPES",
    "TIMEZONES",
    "TRADES",
    "UNCONFIRMED_STATUSES",
]

TRADES: Final = tuple(
    """
Architecture
Communications
Communications | Data
Concrete
Concrete | Cast-in-Place
Concrete | Precast
Construction Management
Conveying Equipment
Conveying Equipment | Elevators
Demolition
Earthwork
Earthwork | Site Excavation & Grading
Electrical
Electrical Power Generation
Electronic Safety & Security
Equipment
Equipment | Kitchen Appliances
Exterior Improvements
Exterior | Fences & Gates
Exterior | Landscaping
Exterior | Irrigation
Finishes
Finishes | Carpeting
Finishes | Ceiling
Finishes | Drywall
Finishes | Flooring
Finishes | Painting & Coating
Finishes | Tile
Fire Suppression
Furnishings
Furnishings | Casework & Cabinets
Furnishings | Countertops
Furnishings | Window Treatments
General Contractor
HVAC Heating, Ventilating, & Air Conditioning
Industry-Specific Manufacturing Processing
Integrated Automation
Masonry
Material Processing & Handling Equipment
Metals
Metals | Structural Steel / Framing
Moisture Protection
Moisture Protection | Roofing
Moisture Protection | Waterproofing
Openings
Openings | Doors & Frames
Openings | Entrances & Storefronts
Openings | Glazing
Openings | Roof Windows & Skylights
Openings | Windows
Owner
Plumbing
Pollution & Waste Control Equipment
Process Gas & Liquid Handling, Purification, & Storage Equipment
Process Heating, Cooling, & Drying Equipment
Process Integration
Process Integration | Piping
Special Construction
Specialties
Specialties | Signage
Utilities
Water & Wastewater Equipment
Waterway & Marine Construction
Wood & Plastics
Wood & Plastics | Millwork
Wood & Plastics | Rough Carpentry
""".strip().splitlines()
)
"""The 66 trades; a bar separates a trade and its branch."""

DECLARABLE_STATUSES: Final = ("active", "inactive", "archived")
"""The statuses that a program can declare; only HQ sets ``pending``."""

UNCONFIRMED_STATUSES: Final = frozenset({"pending", "not_invited"})
"""The statuses of a project without an admin and of a user before the first sign-in.

HQ refuses to change the status of such a user:
https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-:user_id-PATCH/
"""

LANGUAGES: Final = ("en", "de")

REGIONS: Final = ("US", "EMEA", "AUS", "CAN", "DEU", "IND", "JPN", "GBR")

CONSTRUCTION_TYPES: Final = ("New Construction", "Renovation")

CONTRACT_TYPES: Final = (
    "Construction Management (CM) at Risk",
    "Design-Bid",
    "Design-Bid-Build",
    "Design-Build-Operate",
    "IPD",
)

SERVICE_TYPES: Final = (
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
)
"""``insight`` is omitted: HQ returns it, but does not accept it."""

IMPLICIT_SERVICES: Final = frozenset({"insight", "admin"})
"""Services that HQ adds by itself; they are not drift."""

CURRENCIES: Final = tuple(
    """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP
BYN BYR BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EEK EGP
ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK
JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LTL LVL LYD MAD MDL MGA MKD
MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN
PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS
TMT TND TOP TRL TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XAG XAU
XBA XBB XBC XBD XCD XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWL
""".split()
)

PROJECT_TYPES: Final = (
    "Commercial",
    "Convention Center",
    "Data Center",
    "Hotel / Motel",
    "Office",
    "Parking Structure / Garage",
    "Performing Arts",
    "Retail",
    "Stadium/Arena",
    "Theme Park",
    "Warehouse (non-manufacturing)",
    "Healthcare",
    "Assisted Living / Nursing Home",
    "Hospital",
    "Medical Laboratory",
    "Medical Office",
    "OutPatient Surgery Center",
    "Institutional",
    "Court House",
    "Dormitory",
    "Education Facility",
    "Government Building",
    "Library",
    "Military Facility",
    "Museum",
    "Prison / Correctional Facility",
    "Recreation Building",
    "Religious Building",
    "Research Facility / Laboratory",
    "Residential",
    "Multi-Family Housing",
    "Single-Family Housing",
    "Infrastructure",
    "Airport",
    "Bridge",
    "Canal / Waterway",
    "Dams / Flood Control / Reservoirs",
    "Harbor / River Development",
    "Rail",
    "Seaport",
    "Streets / Roads / Highways",
    "Transportation Building",
    "Tunnel",
    "Waste Water / Sewers",
    "Water Supply",
    "Industrial & Energy",
    "Manufacturing / Factory",
    "Oil & Gas",
    "Plant",
    "Power Plant",
    "Solar Farm",
    "Utilities",
    "Wind Farm",
    "Sample Projects",
    "Demonstration Project",
    "Template Project",
    "Training Project",
)
"""HQ's presets; free text is accepted as well."""

TIMEZONES: Final = tuple(
    """
Pacific/Honolulu America/Juneau America/Los_Angeles America/Phoenix America/Denver America/Chicago
America/New_York America/Indiana/Indianapolis Pacific/Pago_Pago Pacific/Midway America/Tijuana
America/Chihuahua America/Mazatlan America/Guatemala America/Mexico_City America/Monterrey
America/Regina America/Bogota America/Lima America/Caracas America/Halifax America/Guyana
America/La_Paz America/Santiago America/St_Johns America/Sao_Paulo America/Argentina/Buenos_Aires
America/Godthab Atlantic/South_Georgia Atlantic/Azores Atlantic/Cape_Verde Africa/Casablanca
Europe/Dublin Europe/Lisbon Europe/London Africa/Monrovia Etc/UTC Europe/Amsterdam Europe/Belgrade
Europe/Berlin Europe/Bratislava Europe/Brussels Europe/Budapest Europe/Copenhagen Europe/Ljubljana
Europe/Madrid Europe/Paris Europe/Prague Europe/Rome Europe/Sarajevo Europe/Skopje
Europe/Stockholm Europe/Vienna Europe/Warsaw Africa/Algiers Europe/Zagreb Europe/Athens
Europe/Bucharest Africa/Cairo Africa/Harare Europe/Helsinki Europe/Istanbul Asia/Jerusalem
Europe/Kiev Africa/Johannesburg Europe/Riga Europe/Sofia Europe/Tallinn Europe/Vilnius
Asia/Baghdad Asia/Kuwait Europe/Minsk Africa/Nairobi Asia/Riyadh Asia/Tehran Asia/Muscat Asia/Baku
Europe/Moscow Asia/Tbilisi Asia/Yerevan Asia/Kabul Asia/Karachi Asia/Tashkent Asia/Kolkata
Asia/Colombo Asia/Kathmandu Asia/Almaty Asia/Dhaka Asia/Yekaterinburg Asia/Rangoon Asia/Bangkok
Asia/Jakarta Asia/Novosibirsk Asia/Shanghai Asia/Chongqing Asia/Hong_Kong Asia/Krasnoyarsk
Asia/Kuala_Lumpur Australia/Perth Asia/Singapore Asia/Taipei Asia/Ulaanbaatar Asia/Urumqi
Asia/Irkutsk Asia/Tokyo Asia/Seoul Australia/Adelaide Australia/Darwin Australia/Brisbane
Australia/Melbourne Pacific/Guam Australia/Hobart Pacific/Port_Moresby Australia/Sydney
Asia/Yakutsk Pacific/Noumea Asia/Vladivostok Pacific/Auckland Pacific/Fiji Asia/Kamchatka
Asia/Magadan Pacific/Majuro Pacific/Guadalcanal Pacific/Tongatapu Pacific/Apia Pacific/Fakaofo
""".split()
)
