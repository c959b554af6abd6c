"""How the field table looks in tantivy: its schema, and a document of it."""

from __future__ import annotations

import tantivy

from index.document import Document
from index.fields import FIELDS, KEYWORDS, TIMES, IndexField, exact_value, tie_of


def schema() -> tantivy.Schema:
    """Return tantivy's schema of ``index.fields.FIELDS``.

    Streams go through tantivy's white-space tokenizer, which changes nothing and drops nothing; keywords are raw and
    columnar, so that they can be counted.
    """
    builder = tantivy.SchemaBuilder()
    for field in FIELDS:
        _add(builder, field)
    return builder.build()


def _add(builder: tantivy.SchemaBuilder, field: IndexField) -> None:
    match field.kind:
        case "stream":
            option = "position" if field.positions else "freq" if field.scored else "basic"
            builder.add_text_field(field.name, tokenizer_name="whitespace", index_option=option)
        case "keyword":
            builder.add_text_field(field.name, tokenizer_name="raw", index_option="basic", fast=True)
        case "number":
            builder.add_integer_field(field.name, indexed=True, fast=True)
        case "flag":
            builder.add_boolean_field(field.name, indexed=True)
        case "stored":
            builder.add_bytes_field(field.name, stored=True)


def article(document: Document) -> tantivy.Document:
    """Return the tantivy document; tantivy silently drops a field it does not know, so names come from the table."""
    made = _keyed(document.key, document.seq)
    for name, stream in document.streams.items():
        made.add_text(name, stream)
    for name in KEYWORDS:
        for value in document.keywords.get(name, ()):
            made.add_text(name, value)
    for name in TIMES:
        value = getattr(document, name)
        if value is not None:
            made.add_integer(name, value)
    made.add_bytes("stored", document.stored.to_bytes())
    return made


def trace(id: str, seq: int) -> tantivy.Document:
    """Return what stays of a removed article: its key and the number of its removal."""
    made = _keyed(exact_value(id), seq)
    made.add_boolean("gone", True)
    return made


def _keyed(key: str, seq: int) -> tantivy.Document:
    made = tantivy.Document()
    made.add_text("key", key)
    made.add_integer("seq", seq)
    made.add_integer("tie", tie_of(key))
    return made
