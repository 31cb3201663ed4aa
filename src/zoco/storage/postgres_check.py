"""What PostgreSQL itself finds broken in a shop's database."""

from __future__ import annotations

from sqlalchemy import text

from zoco.storage.sql import SqlTx, Statement

_UNSOUND = Statement(
    text(
        "SELECT format('the constraint %s of %s was never validated', conname, conrelid::regclass)"
        " FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND NOT convalidated"
        " UNION ALL SELECT format('the index %s is not valid', indexrelid::regclass)"
        " FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
        " WHERE relnamespace = current_schema()::regnamespace AND NOT (indisvalid AND indisready)"
        " UNION ALL SELECT format('a trigger of %s is switched off: %s', tgrelid::regclass, tgname)"
        " FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE relnamespace = current_schema()::regnamespace AND tgenabled = 'D'"
        " UNION ALL SELECT format('%s pages of the database had a wrong checksum', checksum_failures)"
        " FROM pg_stat_database WHERE datname = current_database() AND checksum_failures > 0"
        " ORDER BY 1"
    )
)
# Each foreign key and each check as the question how many rows break it.
_QUESTIONS = Statement(
    text(
        "SELECT conname, contype = 'f', conrelid::regclass::text, confrelid::regclass::text,"
        " CASE contype WHEN 'c' THEN format('SELECT count(*) FROM %s WHERE NOT (%s)',"
        " conrelid::regclass, pg_get_expr(conbin, conrelid))"
        " ELSE format('SELECT count(*) FROM %s AS child LEFT JOIN %s AS parent ON parent.%I = child.%I"
        " WHERE child.%I IS NOT NULL AND parent.%I IS NULL', conrelid::regclass, confrelid::regclass,"
        " theirs.attname, own.attname, own.attname, theirs.attname) END"
        " FROM pg_constraint"
        " LEFT JOIN pg_attribute own ON own.attrelid = conrelid AND own.attnum = conkey[1]"
        " LEFT JOIN pg_attribute theirs ON theirs.attrelid = confrelid AND theirs.attnum = confkey[1]"
        " WHERE connamespace = current_schema()::regnamespace AND conrelid <> 0"
        " AND (contype = 'c' OR contype = 'f' AND cardinality(conkey) = 1) ORDER BY conname"
    )
)


async def broken(tx: SqlTx) -> list[str]:
    """A sentence for each constraint that is switched off or does not hold, and for each index that is not whole."""
    found = [str(row[0]) for row in await tx.scan(_UNSOUND)]
    for name, foreign, table, other, question in await tx.scan(_QUESTIONS):
        (row,) = await tx.scan(Statement(text(question.replace(":", r"\:"))))
        if row[0] and foreign:
            found.append(f"{row[0]} rows of {table} point to nothing in {other}")
        elif row[0]:
            found.append(f"{row[0]} rows of {table} break {name}")
    return found
