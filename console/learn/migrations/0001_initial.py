"""The tables of console/learn/models.py; judgements go with their conversation."""
from __future__ import annotations

from django.db import migrations, models

from console.records.triggers import forget_with_conversation


class Migration(migrations.Migration):
    """Django's own."""

    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Judgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("conversation", models.CharField(max_length=64)),
                ("seq", models.IntegerField()),
                ("given", models.CharField(blank=True, max_length=80)),
                ("right", models.BooleanField()),
                ("meant", models.CharField(blank=True, max_length=80)),
                ("batch", models.CharField(db_index=True, max_length=32)),
                ("by", models.CharField(max_length=150)),
                ("at", models.FloatField()),
            ],
            options={
                "db_table": "console_judgement",
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("conversation", "seq"), name="console_judgement_once")],
            },
        ),
        migrations.CreateModel(
            name="Paraphrase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("batch", models.CharField(db_index=True, max_length=32)),
                ("answer", models.CharField(max_length=80)),
                ("text", models.TextField()),
                ("twin", models.BooleanField(default=False)),
                ("style", models.CharField(default="plain", max_length=10)),
                ("state", models.CharField(db_index=True, default="written", max_length=10)),
                ("written_by", models.CharField(max_length=150)),
                ("written_at", models.FloatField()),
                ("confirmed_by", models.CharField(blank=True, max_length=150)),
                ("confirmed_at", models.FloatField(null=True)),
            ],
            options={"db_table": "console_paraphrase", "default_permissions": ()},
        ),
        forget_with_conversation("console_judgement"),
    ]
