"""``Bim360Project``: a project of a BIM 360 account."""

from collections.abc import Sequence
from typing import ClassVar

from pulumi import Input, Output, ResourceOptions

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import ProjectProvider
from bim360_provider.resources.argument_checks import normalize_name, refuse_duplicate_value
from bim360_provider.resources.base import Bim360Resource
from bim360_provider.resources.serialize import Date, Money, build_properties, collect_arguments

__all__ = ["Bim360Project"]


class Bim360Project(Bim360Resource, module="bim360", name="Project"):
    """A project of a BIM 360 account.

    Arguments have HQ's field names. An argument that is not given is neither sent nor compared;
    ``""`` clears the field. A new project needs ``name``, ``start_date``, ``end_date``,
    ``project_type``, ``value`` and ``currency``; an imported project may lack them, as it may in
    HQ. A destroy archives the project, because HQ cannot delete a project. Pass ``id`` to other
    resources; it is known in each preview of an existing project.

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
    """Outputs that HQ or the provider sets."""

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
            resource_name: Pulumi's name of the resource, unique in the stack; never sent to HQ.
            name: The project's name, 1 to 255 characters, unique in the account, also among
                archived projects. Required to create; must not contain any of ``\ / ? [ ] > * : < "
                | ,``.
            start_date: First day, a ``date`` or ``YYYY-MM-DD``, before ``end_date``. Required to
                create.
            end_date: Last day, a ``date`` or ``YYYY-MM-DD``, after ``start_date``. Required to
                create.
            project_type: Preset such as ``Office``, or your own text of at most 255 characters.
                Required to create.
            value: Value of the project in ``currency``. Required to create.
            currency: Three-letter code from HQ's list, such as ``EUR``. Required to create.
            service_types: Services such as ``doc_manager``, in any order. Default: all services of
                the account.
            job_number: Job number, at most 100 characters; ``""`` clears it.
            address_line_1: First line of the address, at most 255 characters; ``""`` clears it.
            address_line_2: Second line of the address, at most 255 characters; ``""`` clears it.
            city: City, at most 255 characters; ``""`` clears it.
            state_or_province: State or province from HQ's list for the country, such as ``New
                York``; ``""`` clears it.
            postal_code: Postal code as text, at most 255 characters; ``""`` clears it.
            country: Full name of the country, such as ``United States``; ``""`` clears it.
            business_unit_id: Id of an existing business unit; ``""`` clears it.
            timezone: Time zone from HQ's list, such as ``America/New_York``; ``""`` clears it.
            language: ``en`` or ``de``; must match the template's language.
            construction_type: ``New Construction`` or ``Renovation``; ``""`` clears it.
            contract_type: Contract type from HQ's list, such as ``Design-Bid``; ``""`` clears it.
            template_project_id: Id of the project whose settings are copied. Applies only on
                create.
            include_locations: Whether to copy the template's locations too. Applies only on create.
            include_companies: Whether to copy the template's companies too. Applies only on create.
            status: ``active``, ``inactive`` or ``archived``. Default: an archived project is
                reactivated, any other status is kept.
            adopt: What to do if the name is in use: ``never`` fails (the default), ``archived``
                reactivates an archived project, ``any`` adopts the existing project.
            on_destroy: ``archive`` (the default), or ``retain``, which leaves the project as it is.
            copy_timeout: Seconds to wait for a template copy, 0 to 3600, 120 by default.
            opts: Pulumi's resource options.
        """
        given = collect_arguments(locals())
        # Arguments that are None and not outputs are dropped: each costs Pulumi two tasks.
        given = {k: v for k, v in given.items() if v is not None or k in self._fields}
        sent = build_properties(self.OUTPUTS, given, opts)
        self._register(resource_name, sent, opts)
        refuse_duplicate_value(self, resource_name, "the name", name, normalize_name)
