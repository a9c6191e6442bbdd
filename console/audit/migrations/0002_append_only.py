"""The database itself refuses to change the audit log."""
from django.db import migrations

from console.records.triggers import only_append


class Migration(migrations.Migration):
    """Triggers."""

    dependencies = [("audit", "0001_initial")]
    operations = [only_append("console_audit")]
