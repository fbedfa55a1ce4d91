/** Light or dark, as the reader's system says; for charts, whose canvas no style sheet reaches. */
import type { ChartTheme } from "@performer/charts";
import { useEffect, useState } from "preact/hooks";

export function useColorScheme(): ChartTheme {
  const [dark] = useState(() => matchMedia("(prefers-color-scheme: dark)"));
  const [theme, setTheme] = useState<ChartTheme>(dark.matches ? "dark" : "light");
  useEffect(() => {
    const follow = () => setTheme(dark.matches ? "dark" : "light");
    dark.addEventListener("change", follow);
    return () => dark.removeEventListener("change", follow);
  }, [dark]);
  return theme;
}
