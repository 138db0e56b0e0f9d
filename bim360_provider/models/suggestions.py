"""Suggest a valid value for a misspelled one: by a known alias, or else by similarity."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from bim360_provider.models import display

__all__ = ["ALIASES", "ARGUMENT_ALIASES", "compact_word", "suggest_value"]

TIMEZONE_ALIAS_TABLE: Final = """
Africa/Algiers: Africa/Tunis
Africa/Cairo: Egypt
Africa/Harare: Africa/Gaborone Africa/Lusaka Africa/Maputo
Africa/Nairobi: Africa/Addis_Ababa Africa/Asmera Africa/Asmara Africa/Kampala
America/Argentina/Buenos_Aires: America/Buenos_Aires
America/Chicago: US/Central America/Winnipeg Canada/Central CST6CDT
America/Denver: America/Shiprock Navajo US/Mountain America/Edmonton Canada/Mountain MST7MDT
America/Godthab: America/Nuuk
America/Halifax: Canada/Atlantic
America/Indiana/Indianapolis: America/Fort_Wayne America/Indianapolis US/East-Indiana
America/Los_Angeles: US/Pacific America/Vancouver Canada/Pacific PST8PDT
America/Mazatlan: Mexico/BajaSur
America/Mexico_City: Mexico/General
America/New_York: US/Eastern America/Detroit America/Toronto America/Montreal Canada/Eastern EST5EDT
America/Phoenix: US/Arizona
America/Regina: Canada/Saskatchewan
America/Santiago: Chile/Continental
America/Sao_Paulo: Brazil/East
America/St_Johns: Canada/Newfoundland
America/Tijuana: America/Ensenada America/Santa_Isabel Mexico/BajaNorte
Asia/Bangkok: Asia/Ho_Chi_Minh Asia/Phnom_Penh Asia/Saigon Asia/Vientiane
Asia/Dhaka: Asia/Dacca
Asia/Hong_Kong: Hongkong
Asia/Jerusalem: Asia/Tel_Aviv Israel
Asia/Kathmandu: Asia/Katmandu
Asia/Kolkata: Asia/Calcutta
Asia/Muscat: Asia/Dubai
Asia/Rangoon: Asia/Yangon
Asia/Riyadh: Asia/Aden Asia/Bahrain Asia/Qatar
Asia/Seoul: ROK
Asia/Shanghai: Asia/Beijing Asia/Chungking Asia/Harbin Asia/Macao Asia/Macau PRC
Asia/Singapore: Singapore Asia/Brunei
Asia/Taipei: ROC
Asia/Tehran: Iran
Asia/Tokyo: Japan
Asia/Ulaanbaatar: Asia/Choibalsan Asia/Ulan_Bator
Asia/Urumqi: Asia/Kashgar
Australia/Adelaide: Australia/South
Australia/Brisbane: Australia/Queensland
Australia/Darwin: Australia/North
Australia/Hobart: Australia/Currie Australia/Tasmania
Australia/Melbourne: Australia/Victoria
Australia/Perth: Australia/West
Australia/Sydney: Australia/ACT Australia/Canberra Australia/NSW
Etc/UTC: Etc/GMT Etc/Greenwich Etc/UCT Etc/Universal Etc/Zulu GMT Greenwich UCT UTC Universal Z Zulu
Europe/Athens: Asia/Nicosia Europe/Nicosia
Europe/Belgrade: Europe/Podgorica
Europe/Berlin: Arctic/Longyearbyen Atlantic/Jan_Mayen Europe/Busingen Europe/Oslo Europe/Vaduz \
Europe/Zurich
Europe/Brussels: Europe/Luxembourg
Europe/Dublin: Eire
Europe/Helsinki: Europe/Mariehamn
Europe/Istanbul: Asia/Istanbul Turkey
Europe/Kiev: Europe/Kyiv Europe/Uzhgorod Europe/Zaporozhye
Europe/Lisbon: Portugal
Europe/London: Europe/Belfast Europe/Guernsey Europe/Isle_of_Man Europe/Jersey GB GB-Eire
Europe/Moscow: W-SU
Europe/Paris: Europe/Monaco
Europe/Rome: Europe/Malta Europe/San_Marino Europe/Vatican
Europe/Warsaw: Poland
Pacific/Auckland: Antarctica/South_Pole NZ
Pacific/Guadalcanal: Pacific/Ponape Pacific/Pohnpei
Pacific/Guam: Pacific/Saipan
Pacific/Honolulu: Pacific/Johnston US/Hawaii HST
Pacific/Pago_Pago: Pacific/Samoa US/Samoa
Pacific/Port_Moresby: Pacific/Chuuk Pacific/Truk Pacific/Yap
"""

CURRENCY_ALIAS_TABLE: Final = """
AUD: A$ AU$ AUD$
BRL: R$
CAD: C$ CA$ CAD$
CHF: SFr CHFr Swiss_franc Swiss_francs
CNY: RMB CNH yuan renminbi CN¥
CZK: Kč
EUR: € euros
GBP: £ GPB STG UKP sterling pound_sterling
HKD: HK$
ILS: ₪ NIS
INR: ₹ Indian_rupee
JPY: JP¥ yen
KRW: ₩
NZD: NZ$
PLN: zł
RUB: ₽ RUR
SGD: S$ SG$
TRY: ₺ TL
TWD: NT$ NTD
UAH: ₴
USD: US$ USD$ US_dollar US_dollars
VND: ₫
"""

SERVICE_ALIAS_TABLE: Final = """
admin: project_administration project_admin account_administration
collab: design_collaboration collaboration design_collab
cost: cost_management
doc_manager: docs document_management documents document_manager BIM_360_Docs doc_management
fng: field_management
gng: model_coordination coordination
pm: project_management project_manager
"""

CHOICE_ALIAS_TABLE: Final = """
EMEA: eu europe
AUS: australia
CAN: canada
DEU: germany
GBR: gb uk great_britain united_kingdom
IND: india
JPN: japan
US: usa united_states united_states_of_america
en: english en-us en-gb
de: german deutsch de-de de-at
New_Construction: new new_build
Renovation: alteration refurbishment remodel remodeling retrofit
Construction_Management_(CM)_at_Risk: CMAR CM_at_risk construction_manager_at_risk
Design-Bid-Build: DBB
Design-Build-Operate: DBO
IPD: integrated_project_delivery
inactive: suspended disabled deactivated
active: enabled
archived: deleted
retain: keep
remove: delete
"""

ARGUMENT_ALIAS_TABLE: Final = """
name: project_name project title project_title
start_date: start begin begin_date date_start project_start project_start_date planned_start
end_date: end finish finish_date date_end completion completion_date due_date project_end \
project_end_date planned_end
project_type: type kind building_type
value: amount budget project_value contract_value project_cost price sum
currency: currency_code cur project_currency
service_types: services service service_type products product
job_number: number job job_no job_nr project_number project_no
address_line_1: address street address_line address_1 address1 street_address
address_line_2: address_2 address2
city: town
state_or_province: state province county
postal_code: zip zip_code postcode post_code postal plz
business_unit_id: business_unit unit unit_id
timezone: tz
template_project_id: template template_id
first_name: name forename given_name
last_name: surname family_name
website_url: website url homepage web_site
email: mail e_mail email_address user_email
"""

MISLEADING_VALUES: Final = ("Design-Build", "Design/Build", "DB")
"""Values without a suggestion: they resemble an entry of a list that means something else."""


def compact_word(word: str) -> str:
    """Return ``projectmanagement`` for ``Project Management``, ``projectManagement`` and so on."""
    return re.sub(r"[\s_.-]+", "", word.casefold())


def _parse_aliases(*tables: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in filter(None, "\n".join(tables).splitlines()):
        value, _, aliases = line.partition(": ")
        for word in aliases.split():
            found[compact_word(word)] = (*found.get(compact_word(word), ()), value)
    return found


ALIASES: Final = {
    **{compact_word(word): () for word in MISLEADING_VALUES},
    **_parse_aliases(
        TIMEZONE_ALIAS_TABLE, CURRENCY_ALIAS_TABLE, SERVICE_ALIAS_TABLE, CHOICE_ALIAS_TABLE
    ),
}
"""The values that an alias, in compact form, stands for; at most one of each list."""

ARGUMENT_ALIASES: Final = _parse_aliases(ARGUMENT_ALIAS_TABLE)
"""The same for the names of arguments and of CSV columns."""

MIN_LIKENESS: Final = 0.8
"""The minimum similarity, 0 to 1: ``EURO`` and ``EUR`` have 0.86, ``RMB`` and ``RUB`` 0.67."""

SWAP_LIKENESS: Final = 0.9
"""The similarity of two texts with swapped neighboring letters: ``cots`` and ``cost``."""

MIN_SWAP_LENGTH: Final = 3
"""Letters that a word must have for a swap to count."""

CACHE_SIZE: Final = 1000
"""Cached suggestions, because a CSV file repeats its mistakes."""


def suggest_value(
    word: str,
    choices: Iterable[str],
    *,
    aliases: Mapping[str, Sequence[str]] = ALIASES,
    excluded: Collection[str] = (),
) -> str | None:
    """Return the choice that a word most likely stands for, or None if that is uncertain.

    Args:
        word: The user's text.
        choices: The valid values.
        aliases: The choices that an alias, in compact form, stands for.
        excluded: Choices that are in use already.
    """
    if display.has_secret(word):  # a similar choice would reveal it
        return None
    remaining = tuple(choice for choice in choices if choice not in excluded)
    known = aliases.get(compact_word(word))
    found = _find_choice((word, *(known or ())), remaining)
    if found is not None or known == ():
        return found
    return _find_nearest(word, remaining)


@lru_cache(maxsize=CACHE_SIZE)
def _find_nearest(word: str, choices: tuple[str, ...]) -> str | None:
    ranked = sorted(
        ((_measure_likeness(word, choice), choice) for choice in choices), reverse=True
    )[:2]
    if not ranked or ranked[0][0] < MIN_LIKENESS:
        return None
    # Two equally similar choices are ambiguous.
    return ranked[0][1] if len(ranked) == 1 or ranked[1][0] < ranked[0][0] else None


def _find_choice(known: Iterable[str], choices: tuple[str, ...]) -> str | None:
    folded = _index_choices(choices)
    return next(
        (folded[compact_word(each)] for each in known if compact_word(each) in folded), None
    )


@lru_cache(maxsize=CACHE_SIZE)
def _index_choices(choices: tuple[str, ...]) -> dict[str, str]:
    return {compact_word(choice): choice for choice in choices}


def _measure_likeness(word: str, choice: str) -> float:
    ours, theirs = _select_distinctive_parts(word, choice)
    if _has_swapped_letters(ours, theirs):
        return SWAP_LIKENESS
    if min(len(ours), len(theirs)) * 2 < MIN_LIKENESS * (len(ours) + len(theirs)):
        return 0.0
    shared = sum(min(ours.count(letter), theirs.count(letter)) for letter in set(ours))
    if shared * 2 < MIN_LIKENESS * (len(ours) + len(theirs)):
        return 0.0
    return difflib.SequenceMatcher(None, ours, theirs).ratio()


def _select_distinctive_parts(word: str, choice: str) -> tuple[str, str]:
    """Return the parts to compare: of a time zone only the city, because its area is common."""
    ours, theirs = word.strip().casefold(), choice.casefold()
    if "/" not in theirs or " " in theirs:
        return ours, theirs
    return ours.rpartition("/")[2].replace(" ", "_"), theirs.rpartition("/")[2]


def _has_swapped_letters(ours: str, theirs: str) -> bool:
    if len(ours) != len(theirs) or len(ours) < MIN_SWAP_LENGTH:
        return False
    places = [at for at, letter in enumerate(ours) if letter != theirs[at]]
    if not places or places[-1] - places[0] != 1:
        return False
    first = places[0]
    return ours[first : first + 2] == theirs[first : first + 2][::-1]
