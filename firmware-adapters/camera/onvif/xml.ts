import { CameraError } from "../errors.ts";

/** An element. Names are without their prefixes: cameras choose those as they like. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All its own text, trimmed. */
  readonly text: string;
}

/** A recorder with a hundred channels writes about half of this. */
export const MAX_XML_BYTES = 1_024 * 1_024;
const MAX_DEPTH = 48;
const MAX_ELEMENTS = 40_000;
const MAX_ATTRIBUTES = 64;

interface Open {
  readonly name: string;
  readonly prefixed: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/**
 * Reads the XML that devices answer with: elements, attributes, text and CDATA. Document types and entities of one's own
 * are refused, and so is what is too long or too deep. Takes time in proportion to the length.
 *
 * @throws CameraError `camera/bad-stream`
 */
export function parseXml(text: string): XmlElement {
  if (text.length > MAX_XML_BYTES) throw bad("too long");
  const root: Open = { name: "", prefixed: "", attributes: new Map(), children: [], text: "" };
  const stack: Open[] = [root];
  let at = 0;
  let elements = 0;
  while (at < text.length) {
    const open = stack.at(-1) ?? root;
    const tag = text.indexOf("<", at);
    if (tag < 0) break;
    if (tag > at) open.text += decode(text.slice(at, tag));
    if (text.startsWith("<![CDATA[", tag)) {
      const end = endOf(text, "]]>", tag);
      open.text += text.slice(tag + 9, end - 3);
      at = end;
    } else if (text.startsWith("<!--", tag)) at = endOf(text, "-->", tag);
    else if (text.startsWith("<?", tag)) at = endOf(text, "?>", tag);
    else if (text.startsWith("<!", tag)) throw bad("a document type");
    else {
      at = endOf(text, ">", tag);
      elements += 1;
      if (elements > MAX_ELEMENTS) throw bad("too many elements");
      readTag(text.slice(tag + 1, at - 1), stack);
    }
  }
  const [only] = root.children;
  if (stack.length !== 1 || only === undefined || root.children.length !== 1) throw bad("not one whole element");
  return only;
}

function readTag(tag: string, stack: Open[]): void {
  if (tag.startsWith("/")) {
    const closed = stack.length > 1 ? stack.pop() : undefined;
    if (closed?.prefixed !== tag.slice(1).trimEnd()) throw bad("an end without its beginning");
    stack.at(-1)?.children.push(finished(closed));
    return;
  }
  if (stack.length > MAX_DEPTH) throw bad("too deep");
  const isEmpty = tag.endsWith("/");
  const content = isEmpty ? tag.slice(0, -1) : tag;
  const prefixed = /^[^\s/=<>"']+/.exec(content)?.[0];
  if (prefixed === undefined) throw bad("an element without a name");
  const attributes = readAttributes(content.slice(prefixed.length));
  const element: Open = { name: localName(prefixed), prefixed, attributes, children: [], text: "" };
  if (isEmpty) stack.at(-1)?.children.push(finished(element));
  else stack.push(element);
}

/** By hand: a pattern that looks for the end of a name anew from each of its letters takes the square of the length. */
function readAttributes(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  let at = 0;
  for (let equals = text.indexOf("="); equals >= 0; equals = text.indexOf("=", at)) {
    if (attributes.size === MAX_ATTRIBUTES) throw bad("too many attributes");
    const name = text.slice(at, equals).trim();
    let open = equals + 1;
    while (isSpace(text.charCodeAt(open))) open += 1;
    const quote = text[open];
    const end = quote === '"' || quote === "'" ? text.indexOf(quote, open + 1) : -1;
    if (end < 0) throw bad("an attribute without a value");
    attributes.set(localName(name), decode(text.slice(open + 1, end)));
    at = end + 1;
  }
  return attributes;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function finished({ name, attributes, children, text }: Open): XmlElement {
  return { name, attributes, children, text: text.trim() };
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(":") + 1);
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  if (at < 0) throw bad("cut off");
  return at + mark.length;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function decode(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{1,8}));/gi, (all, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name] ?? all;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10_ffff ? String.fromCodePoint(code) : all;
  });
}

/** Text as it may stand in an element or an attribute. */
export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** The element down a path of names, each the first of its name. */
export function descend(element: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined {
  let found = element;
  for (const name of names) found = found?.children.find((child) => child.name === name);
  return found;
}

export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

function bad(what: string): CameraError {
  return new CameraError("camera/bad-stream", `its XML cannot be read: ${what}`);
}
