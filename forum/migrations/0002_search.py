"""The search index: FTS5 on SQLite, an expression index over to_tsvector on Postgres. No triggers, no extensions."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

CREATE = {
    "sqlite": ["CREATE VIRTUAL TABLE forum_search USING fts5(words, tokenize = 'unicode61 remove_diacritics 2')"],
    "postgresql": [
        "CREATE TABLE forum_search (post_id bigint PRIMARY KEY, words text NOT NULL)",
        "CREATE INDEX forum_search_words ON forum_search USING gin (to_tsvector('simple', words))",
    ],
}


def create(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in CREATE[editor.connection.vendor]:
        editor.execute(statement)


def drop(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    editor.execute("DROP TABLE forum_search")


class Migration(migrations.Migration):
    dependencies = [("forum", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
