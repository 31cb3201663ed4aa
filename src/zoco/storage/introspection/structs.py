"""The room `models.py`: a frozen struct for each table."""

from __future__ import annotations

from zoco.storage.introspection.found import Foreign
from zoco.storage.introspection.kinds import Choices, kind_of
from zoco.storage.introspection.layout import WIDTH, Import, comments, wrapped
from zoco.storage.introspection.naming import Named, Place, one_line, target


def struct(named: Named, tables: dict[Place, Named], engine: str, needs: set[Import], choices: Choices) -> str:
    """The class; what it imports is added to `needs`, types that are one of a few words to `choices`."""
    table, fields = named.table, list[str]()
    for column in table.columns:
        kind, name = kind_of(column, engine, choices), named.keys[column.name]
        needs.update(kind.python_needs)
        if kind.python == "Any" and kind.column != "Json":
            fields += comments(kind.remarks, 4)
        optional = column.nullable and column.name not in table.key
        python = f"{kind.python} | None" if optional and kind.python != "Any" else kind.python
        fields.append(f"    {name}: {python}{' = None' if optional else ''}")
    body = ["", *fields] if fields else []
    return "\n".join(
        [f"class {named.row}(msgspec.Struct, frozen=True, kw_only=True):", *_sentence(named, tables), *body]
    )


def _sentence(named: Named, tables: dict[Place, Named]) -> list[str]:
    table = named.table
    kind = "the view " if table.view else ""
    key = _listed([named.keys[name] for name in table.key])
    by = f", by {key}" if key else "" if table.view else ", which has no key"
    first = f"A row of {kind}`{one_line(table.full)}`{by}"
    relations = [_relation(named, foreign, tables) for foreign in table.foreign]
    line = f'    """{"; ".join([first, *relations])}."""'
    if len(line) <= WIDTH:
        return [line]
    more = [line for relation in relations for line in wrapped(f"{relation[0].upper()}{relation[1:]}.", 4)]
    return [*wrapped(f'"""{first}.', 4), *([""] if more else []), *more, '    """']


def _relation(named: Named, foreign: Foreign, tables: dict[Place, Named]) -> str:
    found = target(foreign, tables)
    whom = f"`{found.row}`" if found else f"row of `{one_line(foreign.table)}`"
    verb = "is" if len(foreign.columns) == 1 else "are"
    return f"{_listed([named.keys[name] for name in foreign.columns])} {verb} of a {whom}"


def _listed(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)
