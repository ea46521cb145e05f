import type { SiteTextFault } from "@outpost/wire/site-fault.ts";

/** One thing that is wrong with a site file. Without a position: the file as a whole is the matter. */
export interface SiteFault extends SiteTextFault {
  readonly file: string;
}

/** One line for a person: `site.yaml:12:9: rules.2.limit: expected a number, found "high"`. */
export function formatFault(fault: SiteFault): string {
  const { file, position, path, message } = fault;
  const where = position === undefined ? file : `${file}:${position.line}:${position.column}`;
  return path === "" ? `${where}: ${message}` : `${where}: ${path}: ${message}`;
}
