"""Runs Athena's SQL on DuckDB, over the Parquet files of a lake.

sqlglot translates a statement from Athena's dialect to DuckDB's, and reads the values for its question marks, which are
literals of Athena's SQL, by the same grammar. Nothing of this is shared with the code that wrote the statements.

Speaks lines of JSON on standard input and output:
  {"table": [DATABASE, NAME], "folder": FOLDER}     the Parquet files below a folder are that table   -> {"files": 3}
  {"text": SQL, "parameters": [LITERAL, …]}         asks                            -> {"rows": [[TEXT or null, …], …]}
What goes wrong is answered as {"error": TEXT}.
"""

import json
import pathlib
import sys

import duckdb
import sqlglot
from sqlglot import exp

# The columns that Security Lake's partitions make, and where a file has them whose folder does not say.
PARTITIONS = {"eventday": None, "accountid": "cloud.account.uid", "region": "cloud.region"}


def relation(files, partitions):
    """The files whose folders name the same partitions, with all of Security Lake's partition columns."""
    names = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    types = ", ".join(f"'{name}': VARCHAR" for name in sorted(partitions))
    hive = f"hive_partitioning = true, hive_types = {{{types}}}" if partitions else "hive_partitioning = false"
    present = {name.lower() for name in partitions}
    columns = "".join(
        f", {place or 'NULL'} AS {name}" for name, place in PARTITIONS.items() if name not in present
    )
    return f"SELECT *{columns} FROM read_parquet([{names}], union_by_name = true, {hive})"


def define(lake, database, name, folder):
    groups = {}
    files = sorted(pathlib.Path(folder).rglob("*.parquet"))
    for file in files:
        parts = file.relative_to(folder).parts[:-1]
        groups.setdefault(frozenset(part.split("=", 1)[0] for part in parts if "=" in part), []).append(file)
    if not files:
        raise ValueError(f"no Parquet files below {folder}")
    union = " UNION ALL BY NAME ".join(relation(group, partitions) for partitions, group in groups.items())
    lake.execute(f'CREATE SCHEMA IF NOT EXISTS "{database}"')
    lake.execute(f'CREATE OR REPLACE TABLE "{database}"."{name}" AS {union}')
    return len(files)


def value(literal):
    """The value of a literal of Athena's SQL: a text in single quotes, or a whole number."""
    tree = sqlglot.parse_one(literal, dialect="athena")
    negative = isinstance(tree, exp.Neg)
    tree = tree.this if negative else tree
    if not isinstance(tree, exp.Literal):
        raise ValueError(f"no literal: {literal[:80]}")
    if tree.is_string:
        return tree.this
    return -int(tree.this) if negative else int(tree.this)


def ask(lake, text, parameters):
    statements = sqlglot.transpile(text, read="athena", write="duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE)
    if len(statements) != 1:
        raise ValueError(f"{len(statements)} statements")
    rows = lake.execute(statements[0], [value(literal) for literal in parameters]).fetchall()
    return [[None if cell is None else str(cell) for cell in row] for row in rows]


def main():
    lake = duckdb.connect(":memory:")
    lake.execute("SET TimeZone = 'UTC'")
    lake.execute("SET threads = 2")
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "table" in request:
                answer = {"files": define(lake, *request["table"], request["folder"])}
            else:
                answer = {"rows": ask(lake, request["text"], request["parameters"])}
        except Exception as error:  # Whatever it is, the test that asked is to show it.
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
