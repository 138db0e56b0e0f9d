"""``Bim360Project``: a project of a BIM 360 account."""

from collections.abc import Sequence
from typing import ClassVar

from pulumi import Input, Output, ResourceOptions

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import ProjectProvider
from bim360_provider.resources.argument_checks import normalize_name, refuse_duplicate_value
from bim360_provider.resources.base import Bim360Resource, await_resource
from bim360_provider.resources.serialize import Date, Money, build_properties, collect_arguments

__all__ = ["Bim360Project"]


class Bim360Project(Bim360Resource, module="bim360", name="Project"):
    """A project of a BIM 360 account.

    Arguments carry HQ's own field names. An argument that is not given is neither sent
    nor compared; ``""`` asks HQ to clear the field. A new project needs ``name``,
    ``start_date``, ``end_date``, ``project_type``, ``value`` and ``currency``; one that was
    imported may lack them, as it may at HQ. Destroying archives the project, because HQ cannot
    delete one. Wire other resources to ``id``, which is known in every preview of an existing
    project.

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/ has the limits.
    """

    name: Output[str]
    start_date: Output[str]
    end_date: Output[str]
    project_type: Output[str]
    value: Output[float]
    currency: Output[str]
    service_types: Output[list[str]]
    job_number: Output[str | None]
    address_line_1: Output[str | None]
    address_line_2: Output[str | None]
    city: Output[str | None]
    state_or_province: Output[str | None]
    postal_code: Output[str | None]
    country: Output[str | None]
    business_unit_id: Output[str | None]
    timezone: Output[str | None]
    language: Output[str | None]
    construction_type: Output[str | None]
    contract_type: Output[str | None]
    status: Output[str]
    account_id: Output[str]
    region: Output[str]
    url: Output[str]
    copy_project_job_id: Output[str | None]
    copy_status: Output[str | None]
    unfinished: Output[list[str]]
    created_at: Output[str]
    updated_at: Output[str]
    last_sign_in: Output[str | None]

    PROVIDER: ClassVar[type[Bim360ProviderBase]] = ProjectProvider
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "account_id",
        "region",
        "url",
        "copy_project_job_id",
        "copy_status",
        "unfinished",
        "created_at",
        "updated_at",
        "last_sign_in",
    )
    """What HQ or the provider fills in."""

    def __init__(  # noqa: PLR0913 - these are HQ's fields, each a keyword
        self,
        resource_name: str,
        *,
        name: Input[str] | None = None,
        start_date: Date | None = None,
        end_date: Date | None = None,
        project_type: Input[str] | None = None,
        value: Money | None = None,
        currency: Input[str] | None = None,
        service_types: Input[Sequence[Input[str]]] | None = None,
        job_number: Input[str] | None = None,
        address_line_1: Input[str] | None = None,
        address_line_2: Input[str] | None = None,
        city: Input[str] | None = None,
        state_or_province: Input[str] | None = None,
        postal_code: Input[str] | None = None,
        country: Input[str] | None = None,
        business_unit_id: Input[str] | None = None,
        timezone: Input[str] | None = None,
        language: Input[str] | None = None,
        construction_type: Input[str] | None = None,
        contract_type: Input[str] | None = None,
        template_project_id: Input[str] | None = None,
        include_locations: Input[bool] | None = None,
        include_companies: Input[bool] | None = None,
        status: Input[str] | None = None,
        adopt: Input[str] | None = None,
        on_destroy: Input[str] | None = None,
        copy_timeout: Input[float] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        r"""Declare a project.

        Args:
            resource_name: Pulumi's name for it, unique in the stack; HQ never sees it.
            name: Required to create. 1 to 255 characters, unique in the account even among
                archived projects; none of ``\ / ? [ ] > * : < " | ,``.
            start_date: Required to create. A ``date`` or ``YYYY-MM-DD``, before the end date.
            end_date: Required to create. A ``date`` or ``YYYY-MM-DD``, after the start date.
            project_type: Required to create. A preset such as ``Office`` or words of your own, at
                most 255 characters.
            value: Required to create. What it is worth, in ``currency``.
            currency: Required to create. A three-letter code such as ``EUR``.
            service_types: Services such as ``doc_manager``, in any order; left out, HQ gives the
                project all that the account has.
            job_number: At most 100 characters.
            address_line_1: At most 255 characters, like the rest of the address.
            address_line_2: More of the address.
            city: The city.
            state_or_province: As HQ's list for the country has it, such as ``New York``.
            postal_code: The postal code, as text.
            country: In full, such as ``United States``.
            business_unit_id: The id of an existing business unit.
            timezone: A zone of HQ's list, such as ``America/New_York``.
            language: ``en`` or ``de``; must be the template's when there is one.
            construction_type: ``New Construction`` or ``Renovation``.
            contract_type: Such as ``Design-Bid``.
            template_project_id: Acts once: the project whose settings are copied on create.
            include_locations: Acts once: copies the template's locations too.
            include_companies: Acts once: copies the template's companies too.
            status: ``active``, ``inactive`` or ``archived``; left out, only an archived project
                is brought back.
            adopt: What to do when the name is taken: ``never`` (fail, the default),
                ``archived`` (bring an archived project back) or ``any`` (take over what has it).
            on_destroy: ``archive`` (the default) or ``retain``, which leaves the project alone.
            copy_timeout: Seconds to wait for a template copy, 0 to 3600; 120 by default.
            opts: Pulumi's resource options.
        """
        given = collect_arguments(locals())
        # What is neither given nor an output need not become one: each costs Pulumi two tasks.
        given = {k: v for k, v in given.items() if v is not None or k in self._fields}
        sent = build_properties(self.OUTPUTS, given, opts)
        super().__init__(self.PROVIDER(), resource_name, sent, opts)
        await_resource(self)
        refuse_duplicate_value(self, resource_name, "the name", name, normalize_name)
