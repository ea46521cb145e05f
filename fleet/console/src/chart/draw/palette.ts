/** Canvas colours: the drawing surface knows no style sheet. */
export interface Palette {
  readonly text: string;
  readonly quiet: string;
  readonly grid: string;
  readonly level: string;
  readonly inflow: string;
  readonly outflow: string;
  readonly pumps: readonly [string, string];
  readonly high: string;
  readonly mark: string;
  readonly bad: string;
}

export const PALETTES: Readonly<Record<"light" | "dark", Palette>> = {
  light: {
    text: "#1b2a35",
    quiet: "#556876",
    grid: "#e3e9ed",
    level: "#1f6d99",
    inflow: "#6a7f8c",
    outflow: "#2d7d5a",
    pumps: ["#2d7d5a", "#5f9f83"],
    high: "#c01830",
    mark: "#8a99a4",
    bad: "#f2d9c4",
  },
  dark: {
    text: "#dbe4ea",
    quiet: "#9fb1bd",
    grid: "#27353f",
    level: "#6db8dc",
    inflow: "#a9b9c4",
    outflow: "#62c199",
    pumps: ["#62c199", "#3f8f6d"],
    high: "#ff6b7d",
    mark: "#6d808d",
    bad: "#4a3728",
  },
};
