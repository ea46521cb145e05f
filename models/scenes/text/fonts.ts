import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const FOLDERS = ["/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts"];
const CHINESE = /CJK|WenQuanYi|wqy|SourceHan|PingFang/i;
const MAX_DEPTH = 4;

/**
 * Whether a font with Chinese characters is installed; without one, plates carry no province and signs no Chinese, and
 * the frame's facts say so.
 */
export function hasChineseFont(folders: readonly string[] = FOLDERS): boolean {
  return folders.some((folder) => existsSync(folder) && holds(folder, 0));
}

function holds(folder: string, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  return readdirSync(folder, { withFileTypes: true }).some((entry) =>
    entry.isDirectory() ? holds(join(folder, entry.name), depth + 1) : CHINESE.test(entry.name),
  );
}

/** What to write text with in an SVG document. */
export const FONT_FAMILY = "'Noto Sans CJK SC','Source Han Sans SC','WenQuanYi Zen Hei','DejaVu Sans',sans-serif";
