import type { PoolClient } from "pg";

/** The tables of our schema with their columns, those first that others refer to; without parts of others. */
export async function listTables(
  client: PoolClient,
): Promise<readonly { readonly table: string; readonly columns: readonly string[] }[]> {
  const { rows } = await client.query<{ table: string; columns: string[]; refers: string[] }>(
    `select relname as table,
        (select array_agg(attname::text order by attnum) from pg_attribute
          where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '') as columns,
        coalesce((select array_agg(distinct confrelid::regclass::text) from pg_constraint
          where conrelid = c.oid and contype = 'f' and confrelid <> c.oid), '{}') as refers
       from pg_class c
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
        and relname <> 'migration' order by relname`,
  );
  const ordered: { table: string; columns: string[] }[] = [];
  const left = new Map(rows.map((row) => [row.table, row]));
  while (left.size > 0) {
    const ready = [...left.values()].filter((row) => row.refers.every((name) => !left.has(name)));
    if (ready.length === 0) throw new Error(`tables refer to one another in a circle: ${[...left.keys()].join(", ")}`);
    for (const { table, columns } of ready) {
      ordered.push({ table, columns });
      left.delete(table);
    }
  }
  return ordered;
}

/** A name as SQL takes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
