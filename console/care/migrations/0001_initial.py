"""The tables of console/care/models.py; what is about a conversation goes with it."""
from __future__ import annotations

from django.db import migrations, models

from console.records.triggers import forget_with_conversation


class Migration(migrations.Migration):
    """Django's own."""

    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Handled",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("queue", models.CharField(max_length=16)),
                ("conversation", models.CharField(max_length=64)),
                ("seq", models.IntegerField(default=-1)),
                ("by", models.CharField(max_length=150)),
                ("at", models.FloatField()),
            ],
            options={
                "db_table": "console_handled",
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("conversation", "queue", "seq"), name="console_handled_once")],
            },
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("conversation", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("drawn_at", models.FloatField()),
                ("heard", models.BooleanField()),
                ("verdict", models.CharField(blank=True, db_index=True, max_length=8)),
                ("reader", models.CharField(blank=True, max_length=150)),
                ("read_at", models.FloatField(null=True)),
            ],
            options={"db_table": "console_sample", "default_permissions": ()},
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                ("staff", models.CharField(max_length=150, primary_key=True, serialize=False)),
                ("shown_name", models.CharField(max_length=80)),
                ("seen_at", models.FloatField()),
                ("free", models.BooleanField(default=False)),
            ],
            options={"db_table": "console_presence", "default_permissions": ()},
        ),
        forget_with_conversation("console_handled"),
        forget_with_conversation("console_sample"),
    ]
