"""Python: Django."""

from __future__ import annotations

from rlslint.code.schemas import Framework, nothing

FRAMEWORKS = (
    Framework(
        "django",
        "https://docs.djangoproject.com/en/stable/ref/migration-operations/",
        signs=(
            "django.db import migrations", "django.db.migrations", "migrations.Migration",
            "migrations.Run", "contrib.postgres.operations",
        ),
        statements=nothing(
            "print", "len", "range", "str", "int", "isinstance", "issubclass", "hasattr",
            "getattr", "setattr", "super", "call_command", "get_user_model", "open", "Q", "F",
        ),
        operations=("Migration", "operations"),
        module="django",
    ),
)  # fmt: skip
