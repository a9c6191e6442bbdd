"""How alembic runs the migrations: on the connection, and in the transaction, that `database.upgrade` opened."""
from alembic import context

from bot.storage.database import VERSION_TABLE
from bot.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=VERSION_TABLE, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
