"""Make a new project, or a new revision in one: files that work as they are."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template
from typing import Final

from orgscope.deploy.scripts import head_revision
from orgscope.errors import ConfigurationError
from orgscope.project import PROJECT_FILE, Project

__all__ = ["init_project", "new_revision"]

_REVISION_NAME: Final = re.compile("[a-z][a-z0-9_]{0,59}")
_REVISION: Final = Template('''"""$sentence"""

from orgscope.deploy import revision as revisions

revision = "$number"
down_revision = $down


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
''')
_FILES: Final = {
    PROJECT_FILE: """[project]
name = "$name"
schemas = ["$name"]
""",
    "migrations/env.py": '''"""The alembic environment of $name."""

from orgscope.deploy import environment

environment.run()
''',
    "sql/$name/schema.sql": """\
-- Say who may reach into schema $name; the tables' policies say what they see there.
-- Flow: applied before the functions.
-- Runs as: orgscope_owner.
-- Raises: nothing.
-- Why: without usage on the schema, no grant on its tables has an effect.
revoke all on schema $name from public;
grant usage on schema $name to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_backup;
""",
    "policies/contract.toml": """\
# Who may do what with each table of this project. The policies beside this file make it true, and
# `orgscope isolation test` proves that they do.
""",
    "README.md": """\
# $name

Run `orgscope migrate` in this folder: it deploys orgscope and then this project.

| folder | what it holds | when a file changes |
|---|---|---|
| `migrations/` | tables, indexes, data: what cannot be run twice | never, once deployed |
| `sql/` | functions, views, triggers, one per file | it is applied again |
| `policies/` | who may do what with each table, one file per table | it is applied again |

## Your first table

1. `orgscope revision add_notes`, and write into the new `.sql` file:

   ```sql
   create table $name.notes (
     org_id text collate "C" not null,
     id uuid not null default gen_random_uuid(),
     body text not null,
     constraint notes_pkey primary key (org_id, id)
   );
   ```

   Every row belongs to one WorkOS organization: `org_id` comes first in every key.

2. `orgscope policy new $name.notes` writes who may do what: the policies, and the entry of the
   contract. Read both. `orgscope isolation test` proves them.

3. `orgscope plan` shows what would change; `orgscope migrate` does it; `orgscope drift` names what
   somebody has changed by hand since, and `orgscope migrate --repair` puts back what files make.
""",
}


def init_project(folder: Path, name: str | None = None) -> Project:
    """Make a project in ``folder`` and return it; ``name`` is by default the folder's own.

    The project has one schema, of the same name, and can be migrated at once.

    Raises ConfigurationError when a file is there already, and when the name is not acceptable;
    nothing is overwritten.
    """
    name = name or re.sub(r"\W+", "_", folder.resolve().name.lower())
    texts = {
        Template(path).substitute(name=name): Template(text).substitute(name=name)
        for path, text in _FILES.items()
    }
    if present := [path for path in (*texts, "migrations/versions") if (folder / path).exists()]:
        raise ConfigurationError(f"{folder / present[0]} exists. Choose another folder.")
    Project.parse(texts[PROJECT_FILE], folder)
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    project = Project.load(folder)
    _, file = new_revision(project, "schema")
    file.write_text(
        f"-- Create the schema of {name}.\n\ncreate schema {name};\n"
        f"comment on schema {name} is 'Every row belongs to one organization.';\n",
        "utf-8",
    )
    return project


def new_revision(project: Project, name: str) -> tuple[Path, Path]:
    """Make the pair of files of the project's next revision; return the Python and the SQL file.

    ``name`` says what it does, such as ``add_notes``. The SQL file is still to be written:
    ``migrate`` refuses it while it has no statement.

    Raises ConfigurationError when the name is not acceptable, FileFailed when the revisions that
    are there cannot be read.
    """
    if not _REVISION_NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name!r} is no name of a revision: expected lower-case words joined by underscores, "
            "such as add_notes."
        )
    versions = project.migrations / "versions"
    head = head_revision(project) if versions.is_dir() else None
    if head is not None and not head.isdigit():
        raise ConfigurationError(
            f"revision {head} of {project.name} has no number to count on from."
        )
    number = f"{int(head or 0) + 1:04}"
    sentence = f"{name.replace('_', ' ').capitalize()}."
    versions.mkdir(exist_ok=True)
    python = versions / f"{number}_{name}.py"
    down = f'"{head}"' if head else "None"
    python.write_text(_REVISION.substitute(sentence=sentence, number=number, down=down), "utf-8")
    file = python.with_suffix(".sql")
    file.write_text(f"-- {sentence}\n\n", "utf-8")
    return python, file
