import type { ThemeConfig } from "antd";
import { theme } from "antd";

export const COLOUR_SCHEMES = ["light", "dark"] as const;
export type ColourScheme = (typeof COLOUR_SCHEMES)[number];

/** @returns what was stored, else what the system prefers. */
export function parseColourScheme(stored: string | null): ColourScheme {
  const preferred = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  return COLOUR_SCHEMES.find((scheme) => scheme === stored) ?? preferred;
}

/**
 * The component library in the desk's colours. The same colours stand in app.css for everything drawn by hand.
 *
 * Calm on purpose: greys and one blue; red, orange and yellow belong to alarms alone.
 */
export function antdTheme(scheme: ColourScheme): ThemeConfig {
  const isDark = scheme === "dark";
  return {
    algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      colorPrimary: isDark ? "#5aa9cf" : "#1f6d99",
      colorInfo: isDark ? "#5aa9cf" : "#1f6d99",
      colorError: isDark ? "#ff6b7d" : "#c01830",
      colorTextBase: isDark ? "#dbe4ea" : "#1b2a35",
      colorBgBase: isDark ? "#121b22" : "#ffffff",
      colorBgContainer: isDark ? "#18242d" : "#ffffff",
      colorBorderSecondary: isDark ? "#2a3a45" : "#e2e8ec",
      colorTextPlaceholder: isDark ? "#93a6b2" : "#5d6f7c",
      borderRadius: 4,
      fontSize: 14,
      fontFamily: "inherit",
      motionDurationMid: "0.12s",
      motionDurationSlow: "0.18s",
    },
    components: {
      Table: {
        headerBg: "transparent",
        cellPaddingBlockSM: 6,
        cellPaddingInlineSM: 10,
        headerSplitColor: "transparent",
      },
      Segmented: { trackBg: isDark ? "#0f171d" : "#e9eef2" },
    },
  };
}
