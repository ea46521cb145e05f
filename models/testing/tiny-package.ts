import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { parseManifest } from "../manifest.ts";
import { MANIFEST_FILE } from "../running/package-files.ts";
import { tinyDetector, type Misdeed } from "./tiny-onnx.ts";

/**
 * Writes a package around a tiny detector whose only class is "person".
 *
 * @returns its folder, `<into>/<name>`.
 */
export async function writeTinyPackage(
  into: string,
  name: string,
  options: { readonly misdeed?: Misdeed; readonly version?: string; readonly score?: number } = {},
): Promise<string> {
  const { misdeed, version = "1.0.0", score = 0.3 } = options;
  const bytes = tinyDetector(misdeed);
  const file = `${name}.onnx`;
  const manifest = parseManifest({
    format: 1,
    name,
    version,
    title: { zh: "测试模型", en: "test model" },
    file: { name: file, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") },
    opset: 13,
    inputs: [
      {
        kind: "image",
        name: "images",
        layout: "NCHW",
        dtype: "float32",
        width: 32,
        height: 32,
        colourOrder: "BGR",
        resize: { mode: "stretch" },
      },
    ],
    decoder: { kind: "yolox", output: "output" },
    classes: [{ id: "person", zh: "人", en: "person" }],
    thresholds: { score, nmsIou: 0.45 },
    licence: { spdx: "Apache-2.0", holder: "Outpost" },
    provenance: { origin: "trained-here", how: "written by hand for tests" },
    grade: "unmeasured",
    resources: { memoryMiB: 32, cpuMsPerRun: 1, measuredOn: "not measured" },
  });
  const folder = join(into, name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, file), bytes);
  await writeFile(join(folder, MANIFEST_FILE), JSON.stringify(manifest));
  return folder;
}
