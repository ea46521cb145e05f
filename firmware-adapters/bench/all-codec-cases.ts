import { catalog } from "../catalog.ts";
import type { Family } from "../family.ts";
import type { CodecCase } from "../testing/codec-case.ts";

/** Every family brings its own cases: who adds one changes nothing here. */
export async function allCodecCases(): Promise<readonly CodecCase[]> {
  const families: readonly (readonly [string, Family])[] = Object.entries(catalog);
  const folders = new Set(families.map(([kind, { protocol }]) => protocol ?? kind));
  const modules = [...folders].map(async (folder) => {
    const loaded: { readonly codecCases: readonly CodecCase[] } = await import(`../${folder}/bench/codec-cases.ts`);
    return loaded.codecCases;
  });
  return (await Promise.all(modules)).flat();
}
