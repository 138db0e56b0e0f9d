"""The trades of companies that HQ's pages offer; any other text is taken as well, it seems.

The list is that of Autodesk's OpenAPI file, https://github.com/autodesk-platform-services/aps-sdk-openapi
(construction/accountadmin); the example of its import page has a trade of its own.
"""

from typing import Final

__all__ = ["TRADES"]

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
"""66 names; a bar parts a trade from its branch."""
