"""What staff wrote about a conversation goes when the conversation goes."""
from django.db import migrations

from console.records.triggers import forget_with_conversation


class Migration(migrations.Migration):
    """Triggers."""

    dependencies = [("review", "0001_initial")]
    operations = [forget_with_conversation(table) for table in ("console_review", "console_tag", "console_note", "console_opening")]
