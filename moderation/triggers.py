"""The database itself refuses to change or delete what was logged, and the rules that once judged."""

from typing import Any

from django.db import connection

GUARDED = ("moderation_auditevent", "moderation_ruleset", "moderation_ruletext")
_SQLITE = """
CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
"""
_POSTGRES = """
CREATE OR REPLACE FUNCTION lamplight_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION lamplight_append_only();
CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION lamplight_append_only();
"""


def install(**_: Any) -> None:
    """Put the guards in place; doing it again changes nothing."""
    with connection.cursor() as cursor:
        for table in GUARDED:
            if connection.vendor == "postgresql":
                cursor.execute(_POSTGRES.replace("{table}", table))
            else:
                for statement in _SQLITE.replace("{table}", table).split("END;")[:-1]:
                    cursor.execute(statement + "END;")


def missing() -> list[str]:
    """Guards that should stand and do not; a remade table loses its own silently."""
    names = "SELECT tgname FROM pg_trigger" if connection.vendor == "postgresql" else "SELECT name FROM sqlite_master"
    wanted = ("no_change", "no_truncate") if connection.vendor == "postgresql" else ("no_update", "no_delete")
    with connection.cursor() as cursor:
        cursor.execute(names)
        standing = {row[0] for row in cursor.fetchall()}
    return [f"{table}_{guard}" for table in GUARDED for guard in wanted if f"{table}_{guard}" not in standing]


def lift() -> None:
    """Take the guards away: for emptying a test database, and nothing else."""
    with connection.cursor() as cursor:
        for table in GUARDED:
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}")
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_update")
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_delete")
