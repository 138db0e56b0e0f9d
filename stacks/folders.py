"""The standard folders of a project, with the permissions of roles and companies."""

from pathlib import Path

import pulumi

from bim360_provider import Bim360ProjectFolderTree, get_project

# One declaration for all projects: `pulumi config set folders:projects '["Tower A", "Tower B"]'`.
projects = pulumi.Config("folders").require_object("projects")
standard = Path(__file__).with_name("folders.yaml")

for name in projects:
    tree = Bim360ProjectFolderTree(
        name, project_id=get_project(name=name).id, folders=standard, on_destroy="retain"
    )
    pulumi.export(name, tree.folder_ids)
