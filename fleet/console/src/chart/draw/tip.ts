/** One line of a chart's tip: a patch of colour, what it is, how much. */
export interface TipLine {
  readonly color: string;
  readonly label: string;
  readonly value: string;
}

/**
 * The tip under the pointer as elements.
 *
 * Built from text nodes: names come from gateways and must not become markup.
 */
export function tipElement(title: string, lines: readonly TipLine[]): HTMLElement {
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.append(textElement("strong", title));
  for (const { color, label, value } of lines) {
    const row = document.createElement("div");
    const patch = document.createElement("i");
    patch.style.background = color;
    row.append(patch, textElement("span", label), textElement("b", value));
    tip.append(row);
  }
  return tip;
}

function textElement(tag: "strong" | "span" | "b", text: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
