"""Random databases of roles, grants, tables and policies, the same ones for the same number."""

from __future__ import annotations

from random import Random

_COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE")
_ROLES = ("r_app", "r_job", "r_team", "r_owner", "r_admin", "r_plain")
_CONDITIONS = (
    "tenant_id = nullif(current_setting('app.tenant_id', true), '')::int",
    "tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int)",
    "current_setting('app.tenant_id')::int = tenant_id",
    "owner = current_user",
    "kind = 'x' OR tenant_id = nullif(current_setting('app.tenant_id', true), '')::int",
    "is_open",
    "NOT is_open AND tenant_id IS NOT NULL",
    "is_open IS NOT TRUE",
    "true",
    "false",
    "tenant_id = tenant_id",
    "tenant_id IS NULL",
    "current_setting('app.role', true) = 'admin'",
    "coalesce(current_setting('app.role', true), '') <> 'admin' AND is_open",
    "EXISTS (SELECT FROM lookup l WHERE l.tenant_id = {table}.tenant_id"
    " AND l.owner = current_user)",
    "tenant_id IN (SELECT l.tenant_id FROM lookup l WHERE l.is_open)",
    "is_member(tenant_id)",
    "is_even(id)",
    "sees(id) OR is_open",
    "finds(tenant_id)",
    "is_open AND tenant_id IS NOT NULL OR is_even(id)",
    "CASE WHEN 1 = 2 THEN is_even(id) ELSE is_open END",
    "tenant_id IN (SELECT s.tenant_id FROM shown s)",
    "CASE WHEN is_open THEN true ELSE tenant_id = 71 END",
    "pg_has_role(current_user, 'r_team', 'member')",
    "tenant_id IN (71, 99) AND (owner LIKE 'r%' OR owner IS NULL)",
)
_HEAD = """
CREATE ROLE r_app LOGIN;
CREATE ROLE r_job LOGIN {inherit};
CREATE ROLE r_team NOLOGIN;
CREATE ROLE r_owner NOLOGIN;
CREATE ROLE r_admin LOGIN {admin};
CREATE ROLE r_plain LOGIN;
"""
_MEMBERSHIP = """
SET check_function_bodies = off;
CREATE FUNCTION is_member(wanted int) RETURNS boolean LANGUAGE sql STABLE {rights} AS
  'SELECT EXISTS (SELECT FROM lookup WHERE tenant_id = wanted AND owner = current_user)';
CREATE FUNCTION is_even(number int) RETURNS boolean LANGUAGE {language} IMMUTABLE AS '{body}';
CREATE FUNCTION sees(number int) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT is_even(number)';
CREATE FUNCTION finds(number int) RETURNS boolean LANGUAGE plpgsql STABLE {rights} AS
  'BEGIN RETURN EXISTS (SELECT FROM public.lookup WHERE tenant_id = number); END';
"""
_EVEN = (("sql", "SELECT number % 2 = 0"), ("plpgsql", "BEGIN RETURN number % 2 = 0; END"))
_COLUMNS = """(id int PRIMARY KEY, tenant_id int, owner text, kind text, is_open boolean {null},
    body text)"""


def random_database(number: int, beside: bool = False) -> str:
    """Return the SQL that makes a database, with views and the like `beside` its tables."""
    return _Writer(Random(number), beside).database()


class _Writer:
    def __init__(self, chance: Random, beside: bool) -> None:
        self.chance = chance
        self.beside = beside

    def one(self, *options: str) -> str:
        return self.chance.choice(options)

    def some(self, options: tuple[str, ...], most: int) -> list[str]:
        return self.chance.sample(options, self.chance.randint(1, most))

    def happens(self, share: float) -> bool:
        return self.chance.random() < share

    def database(self) -> str:
        statements = [
            _HEAD.format(
                inherit=self.one("INHERIT", "NOINHERIT", "INHERIT"),
                admin=self.one("", "BYPASSRLS", "SUPERUSER"),
            )
        ]
        for group, member in (("r_team", "r_app"), ("r_team", "r_job"), ("r_owner", "r_job"),
                              ("r_owner", "r_team"), ("r_app", "r_plain")):  # fmt: skip
            if self.happens(0.3):
                statements.append(f"GRANT {group} TO {member};")
        language, body = self.chance.choice(_EVEN)
        rights = self.one("SECURITY DEFINER", "")
        statements.append(_MEMBERSHIP.format(rights=rights, language=language, body=body))
        for function in ("is_member", "is_even", "sees", "finds"):
            if self.happens(0.25):
                statements.append(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC;")
                grantees = ", ".join(self.some(_ROLES, 3))
                statements.append(f"GRANT EXECUTE ON FUNCTION {function} TO {grantees};")
        statements += self.table("lookup")
        options = self.one("", "", " WITH (security_invoker)")
        statements.append(f"CREATE VIEW shown{options} AS SELECT * FROM lookup WHERE is_open;")
        if self.happens(0.8):
            statements.append(f"GRANT SELECT ON shown TO {', '.join(self.some(_ROLES, 4))};")
        schema = self.one("public", "app", "public")
        if schema == "app":
            statements.append("CREATE SCHEMA app;")
            statements.append(f"GRANT USAGE ON SCHEMA app TO {', '.join(self.some(_ROLES, 4))};")
        names = ("docs", "notes", "teams")[: self.chance.randint(1, 3)]
        for name in names:
            statements += self.table(name, schema)
        if self.beside:
            for name in names:
                statements += self.ways(name, schema)
        statements += self.changes()
        return "\n".join(statements) + "\n"

    def table(self, name: str, schema: str = "public") -> list[str]:
        table = f"{schema}.{name}"
        made = [f"CREATE TABLE {table} {_COLUMNS.format(null=self.one('', 'NOT NULL'))};"]
        if self.happens(0.5):
            made.append(f"ALTER TABLE {table} OWNER TO {self.one('r_owner', 'r_app')};")
        if self.happens(0.85):
            made.append(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;")
        if self.happens(0.3):
            made.append(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;")
        for _ in range(self.chance.randint(0, 4)):
            made.append(self.grant(table))
        for number in range(self.chance.choice((0, 1, 1, 2, 2, 3, 4))):
            made.append(self.policy(f"p{number}", name, table))
        return made

    def grant(self, table: str) -> str:
        privileges = self.some((*_COMMANDS, "TRUNCATE"), 4)
        grantees = [self.one("PUBLIC", *_ROLES)] if self.happens(0.3) else self.some(_ROLES, 3)
        if self.happens(0.2):
            columns = ", ".join(self.some(("id", "tenant_id", "body", "is_open"), 3))
            privileges = [
                f"{one} ({columns})" for one in privileges if one not in ("DELETE", "TRUNCATE")
            ] or [f"SELECT ({columns})"]
        if self.happens(0.2):
            privileges = ["ALL"]
        return f"GRANT {', '.join(privileges)} ON {table} TO {', '.join(grantees)};"

    def policy(self, policy: str, name: str, table: str) -> str:
        command = self.one("ALL", "ALL", *_COMMANDS)
        words = f"CREATE POLICY {policy} ON {table}"
        words += " AS RESTRICTIVE" if self.happens(0.25) else ""
        words += f" FOR {command}"
        if self.happens(0.6):
            roles = ("PUBLIC",) if self.happens(0.2) else self.some(_ROLES, 3)
            words += f" TO {', '.join(roles)}"
        if command != "INSERT" and self.happens(0.95):
            words += f" USING ({self.condition(name)})"
        checks = command == "INSERT" or (command in ("ALL", "UPDATE") and self.happens(0.4))
        if checks:
            words += f" WITH CHECK ({self.condition(name)})"
        return f"{words};"

    def condition(self, name: str) -> str:
        # The view of `lookup` is made after it.
        known = [one for one in _CONDITIONS if name != "lookup" or "FROM shown" not in one]
        chosen = self.chance.choice(known)
        if self.happens(0.2):
            chosen = f"({chosen}) {self.one('AND', 'OR')} ({self.chance.choice(known)})"
        return chosen.format(table=name)

    def ways(self, name: str, schema: str) -> list[str]:
        """Return views of a table, a child and a function that reads it, and grants on them."""
        table = f"{schema}.{name}"
        made = []
        below = table
        for number in range(self.chance.randint(0, 3)):
            view = f"{schema}.{name}_view{number}"
            kind = self.one("VIEW", "VIEW", "VIEW", "MATERIALIZED VIEW")
            options = self.one("", " WITH (security_invoker)") if kind == "VIEW" else ""
            where = self.one("", "", " WHERE is_open", f" ORDER BY id LIMIT {number + 1}")
            shown = below if kind == "VIEW" else table
            made.append(f"CREATE {kind} {view}{options} AS SELECT * FROM {shown}{where};")
            # The owner of a copy has to be one who may fill it.
            if kind == "VIEW" and self.happens(0.4):
                owner = self.one("r_owner", "r_app")
                made.append(f"ALTER {kind} {view} OWNER TO {owner};")
            made.append(self.grant(view).replace(", TRUNCATE", "").replace("TRUNCATE", "SELECT"))
            below = self.one(table, view)
        if self.happens(0.3):
            made.append(f"CREATE TABLE {table}_child () INHERITS ({table});")
            made.append(
                f"ALTER TABLE {table}_child {self.one('ENABLE', 'DISABLE')} ROW LEVEL SECURITY;"
            )
            made.append(self.grant(f"{table}_child"))
            if self.happens(0.5):
                made.append(self.policy("c0", f"{name}_child", f"{table}_child"))
        if self.happens(0.4):
            function = f"{schema}.{name}_all()"
            body = f"SELECT * FROM {table}{self.one('', ' WHERE is_open')}"
            made.append(
                f"CREATE FUNCTION {function} RETURNS SETOF {table} LANGUAGE sql"
                f" {self.one('SECURITY DEFINER', '')} AS '{body}';"
            )
            if self.happens(0.4):
                made.append(f"ALTER FUNCTION {function} OWNER TO {self.one('r_owner', 'r_app')};")
            if self.happens(0.4):
                made.append(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC;")
        return made

    def changes(self) -> list[str]:
        """Return what comes later: a REVOKE, columns of other names, NO FORCE."""
        made = []
        if self.happens(0.3):
            made.append(f"REVOKE {self.one(*_COMMANDS)} ON lookup FROM {self.one(*_ROLES)};")
        if self.happens(0.2):
            made.append("ALTER TABLE lookup RENAME COLUMN body TO words;")
        if self.happens(0.15):
            made.append("ALTER TABLE lookup RENAME COLUMN tenant_id TO org_id;")
        if self.happens(0.15):
            made.append("ALTER TABLE lookup NO FORCE ROW LEVEL SECURITY;")
        return made
