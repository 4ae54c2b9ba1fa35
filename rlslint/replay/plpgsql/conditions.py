"""Names of error conditions, and which WHEN clause catches which (manual: Appendix A, 41.6.8)."""

from __future__ import annotations

from rlslint.replay import ANY_ERROR

_STATES = {
    "02000": "no_data", "08000": "connection_exception", "0A000": "feature_not_supported",
    "0LP01": "invalid_grant_operation",
    "20000": "case_not_found", "21000": "cardinality_violation", "22000": "data_exception",
    "22001": "string_data_right_truncation", "22003": "numeric_value_out_of_range",
    "22004": "null_value_not_allowed", "22007": "invalid_datetime_format",
    "22012": "division_by_zero", "22023": "invalid_parameter_value",
    "2202E": "array_subscript_error", "22P02": "invalid_text_representation",
    "23000": "integrity_constraint_violation", "23001": "restrict_violation",
    "23502": "not_null_violation", "23503": "foreign_key_violation", "23505": "unique_violation",
    "23514": "check_violation", "23P01": "exclusion_violation",
    "25000": "invalid_transaction_state", "25001": "active_sql_transaction",
    "28000": "invalid_authorization_specification",
    "2BP01": "dependent_objects_still_exist", "2D000": "invalid_transaction_termination",
    "3D000": "invalid_catalog_name", "3F000": "invalid_schema_name",
    "40000": "transaction_rollback", "40001": "serialization_failure", "40P01": "deadlock_detected",
    "42000": "syntax_error_or_access_rule_violation", "42501": "insufficient_privilege",
    "42601": "syntax_error", "42602": "invalid_name", "42611": "invalid_column_definition",
    "42622": "name_too_long", "42701": "duplicate_column", "42702": "ambiguous_column",
    "42703": "undefined_column", "42704": "undefined_object", "42710": "duplicate_object",
    "42712": "duplicate_alias", "42723": "duplicate_function", "42725": "ambiguous_function",
    "42803": "grouping_error", "42804": "datatype_mismatch", "42809": "wrong_object_type",
    "42830": "invalid_foreign_key",
    "42883": "undefined_function", "42939": "reserved_name", "42P01": "undefined_table",
    "42P02": "undefined_parameter", "42P03": "duplicate_cursor", "42P04": "duplicate_database",
    "42P06": "duplicate_schema", "42P07": "duplicate_table", "42P13": "invalid_function_definition",
    "42P16": "invalid_table_definition", "42P17": "invalid_object_definition",
    "53000": "insufficient_resources", "55000": "object_not_in_prerequisite_state",
    "55006": "object_in_use", "55P03": "lock_not_available", "57000": "operator_intervention",
    "57014": "query_canceled", "58000": "system_error", "P0000": "plpgsql_error",
    "P0001": "raise_exception", "P0002": "no_data_found", "P0003": "too_many_rows",
    "P0004": "assert_failure", "XX000": "internal_error",
}  # fmt: skip
_STATE_OF = {name: state for state, name in _STATES.items()}

DATA_ERRORS = frozenset(
    {
        "unique_violation", "foreign_key_violation", "check_violation", "not_null_violation",
        "exclusion_violation", "invalid_text_representation", "numeric_value_out_of_range",
    }
)  # fmt: skip
"""Errors that depend on the rows that are there or written."""


def sqlstate(condition: str) -> str:
    """Return the SQLSTATE of a condition, which is itself one or a name; "" for an unknown name."""
    if len(condition) == 5 and condition[0].isalnum() and condition not in _STATE_OF:
        return condition.upper()
    return _STATE_OF.get(condition, "")


def catches(conditions: tuple[str, ...], error: str) -> bool:
    """Tell whether WHEN with these conditions surely catches an error.

    The name of a class (its SQLSTATE ends in 000) catches all errors of the class.
    """
    return any(_is_caught(condition, error) for condition in conditions)


def may_catch(conditions: tuple[str, ...], error: str) -> bool:
    """Tell whether WHEN with these conditions stands there for an error that perhaps comes.

    OTHERS stands there for what the data decides. That an object which the history does not make
    may be missing is a doubt that only its own condition expresses.
    """
    if error == ANY_ERROR:
        return True
    if any(condition != "others" and _is_caught(condition, error) for condition in conditions):
        return True
    return "others" in conditions and error in DATA_ERRORS


def _is_caught(condition: str, error: str) -> bool:
    state = sqlstate(error)
    if condition == "others":
        return state not in ("57014", "P0004")
    wanted = sqlstate(condition)
    if not wanted or not state:
        return condition == error
    return wanted == state or (wanted.endswith("000") and wanted[:2] == state[:2])
