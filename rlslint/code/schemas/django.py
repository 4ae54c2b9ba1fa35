"""Django: the columns that its fields stand for, and what its operations on models are given.

https://docs.djangoproject.com/en/stable/ref/migration-operations/
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rlslint import Pattern

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "AutoField": "integer", "BigAutoField": "bigint", "SmallAutoField": "smallint",
        "BigIntegerField": "bigint", "PositiveBigIntegerField": "bigint",
        "IntegerField": "integer", "PositiveIntegerField": "integer",
        "SmallIntegerField": "smallint", "PositiveSmallIntegerField": "smallint",
        "BooleanField": "boolean", "NullBooleanField": "boolean", "UUIDField": "uuid",
        "CharField": "varchar(None)", "SlugField": "varchar(50)", "EmailField": "varchar(254)",
        "URLField": "varchar(200)", "FileField": "varchar(100)", "ImageField": "varchar(100)",
        "FilePathField": "varchar(100)", "CommaSeparatedIntegerField": "varchar(None)",
        "TextField": "text", "CITextField": "citext", "CICharField": "citext",
        "CIEmailField": "citext", "DateField": "date", "DateTimeField": "timestamptz",
        "TimeField": "time", "DurationField": "interval", "DecimalField": "numeric",
        "FloatField": "double precision", "JSONField": "jsonb", "BinaryField": "bytea",
        "GenericIPAddressField": "inet", "IPAddressField": "inet", "HStoreField": "hstore",
        "SearchVectorField": "tsvector", "IntegerRangeField": "int4range",
        "BigIntegerRangeField": "int8range", "DecimalRangeField": "numrange",
        "DateRangeField": "daterange", "DateTimeRangeField": "tstzrange", "OIDField": "integer",
        "GeometryField": "geometry", "PointField": "geometry", "LineStringField": "geometry",
        "PolygonField": "geometry", "MultiPointField": "geometry",
        "MultiLineStringField": "geometry", "MultiPolygonField": "geometry",
        "GeometryCollectionField": "geometry", "RasterField": "raster", "VectorField": "vector",
    }
)  # fmt: skip
"""Types of PostgreSQL; `None` stands for how long a string may be."""

IDENTITIES = frozenset(("AutoField", "BigAutoField", "SmallAutoField"))
"""Fields whose values PostgreSQL counts."""

WITH_INDEX = frozenset(("SlugField", "ForeignKey"))
"""Fields that have an index unless told otherwise."""

FOREIGN_KEYS = ("ForeignKey", "OneToOneField", "ParentalKey")
"""Fields that refer to a row of another model."""

ONE_TO_ONE = "OneToOneField"
MANY_TO_MANY = "ManyToManyField"

PATTERN_CLASSES: Mapping[str, str] = MappingProxyType(
    {"varchar": "varchar_pattern_ops", "text": "text_pattern_ops"}
)
"""How the second index of an indexed string compares, which LIKE uses."""

_MODEL_FIELD = ("model_name", "name", "field")
_PARTITION = ("model_name", "name")
OPERATIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "CreateModel": ("name", "fields", "options", "bases"),
        "DeleteModel": ("name",),
        "RenameModel": ("old_name", "new_name"),
        "AlterModelTable": ("name", "table"),
        "AlterModelOptions": ("name", "options"),
        "AlterUniqueTogether": ("name", "unique_together"),
        "AlterIndexTogether": ("name", "index_together"),
        "AlterOrderWithRespectTo": ("name", "order_with_respect_to"),
        "AddField": _MODEL_FIELD,
        "AlterField": _MODEL_FIELD,
        "RemoveField": ("model_name", "name"),
        "RenameField": ("model_name", "old_name", "new_name"),
        "AddIndex": ("model_name", "index"),
        "RemoveIndex": ("model_name", "name"),
        "RenameIndex": ("model_name", "new_name", "old_name", "old_fields"),
        "AddConstraint": ("model_name", "constraint"),
        "RemoveConstraint": ("model_name", "name"),
        "CreateExtension": ("name",),
        "RunSQL": ("sql", "reverse_sql", "state_operations"),
        "RunPython": ("code", "reverse_code"),
        "SeparateDatabaseAndState": ("database_operations", "state_operations"),
        "PostgresCreatePartitionedModel": (
            "name", "fields", "options", "partitioning_options", "bases",
        ),
        "PostgresAddRangePartition": (*_PARTITION, "from_values", "to_values"),
        "PostgresAddListPartition": (*_PARTITION, "values"),
        "PostgresAddHashPartition": (*_PARTITION, "modulus", "remainder"),
        "PostgresAddDefaultPartition": _PARTITION,
        "PostgresDeletePartition": _PARTITION,
    }
)  # fmt: skip
"""What operations are given, by position; those of django-postgres-extra are among them."""

SAME_OPERATIONS: Mapping[str, str] = MappingProxyType(
    {
        "AddIndexConcurrently": "AddIndex",
        "RemoveIndexConcurrently": "RemoveIndex",
        "AddConstraintNotValid": "AddConstraint",
        "PostgresDeletePartitionedModel": "DeleteModel",
        **dict.fromkeys(
            (f"PostgresDelete{kind}Partition" for kind in ("Range", "List", "Hash", "Default")),
            "PostgresDeletePartition",
        ),
    }
)
"""Operations that do to a schema what another one does."""

EXTENSIONS: Mapping[str, str] = MappingProxyType(
    {
        "BloomExtension": "bloom", "BtreeGinExtension": "btree_gin",
        "BtreeGistExtension": "btree_gist", "CITextExtension": "citext",
        "CryptoExtension": "pgcrypto", "HStoreExtension": "hstore",
        "TrigramExtension": "pg_trgm", "UnaccentExtension": "unaccent",
    }
)  # fmt: skip
"""Operations that make an extension."""

ABOUT_ROW_SECURITY = Pattern(
    r"RLS|Rls|(?<![A-Za-z])rls|(?i:row_?(?:level_?)?security|polic(?:y|ies))"
)
"""What the names of operations and constraints say that put row security on a table."""
