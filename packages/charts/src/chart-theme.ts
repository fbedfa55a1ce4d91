/** Colours of line charts on light and dark pages. Hues by Okabe and Ito (2008), told apart by colour-blind eyes. */

export interface ChartColors {
  readonly ink: string;
  readonly grid: string;
  readonly training: string;
  readonly trainingFaint: string;
  readonly validation: string;
  readonly baseline: string;
}

export type ChartTheme = "light" | "dark";

export const themes: Readonly<Record<ChartTheme, ChartColors>> = {
  light: {
    ink: "#333333",
    grid: "rgba(0, 0, 0, 0.1)",
    training: "#0072b2",
    trainingFaint: "rgba(0, 114, 178, 0.3)",
    validation: "#d55e00",
    baseline: "#666666",
  },
  dark: {
    ink: "#dddddd",
    grid: "rgba(255, 255, 255, 0.14)",
    training: "#56b4e9",
    trainingFaint: "rgba(86, 180, 233, 0.35)",
    validation: "#e69f00",
    baseline: "#aaaaaa",
  },
};
