/** The colours of amounts from none to most, as a line of text shows them: for maps too small for a legend each. */
import { createColorScale } from "@performer/charts";

const STOPS = 16;
const SCALE = createColorScale({ kind: "sequential", domain: [0, 1] });
const GRADIENT = `linear-gradient(to right, ${Array.from({ length: STOPS + 1 }, (_, stop) => SCALE.color(stop / STOPS)).join(", ")})`;

export function ColorKey() {
  return <span class="color-key" style={{ background: GRADIENT }} aria-hidden="true" />;
}
