/** The article's statements on cost (section 4.1 and figure 3), held against the measured lines. */
import { countText } from "@performer/charts";
import type { ExperimentClaim } from "@performer/schema";
import { crossing, growthOf, lineOf, wellMeasured } from "./lines.ts";
import { MECHANISMS, type MechanismName } from "./mechanisms.ts";
import type { SpeedResult } from "./result.ts";

/** "Nearly linear": an exponent no further from one than this. */
const NEARLY_LINEAR = 0.15;
/** Exact attention is quadratic in the products and linear in the rest of the layer. */
const CLEARLY_ABOVE_LINEAR = 1.4;
/** "Nearly optimal": within this factor of attention that returns its values. */
const NEARLY_OPTIMAL = 2;

const PERFORMERS: readonly MechanismName[] = ["performer-relu", "performer-softmax"];

export function speedClaims(result: SpeedResult): ExperimentClaim[] {
  const exact = lineOf(result, "exact", "step");
  const identity = lineOf(result, "identity", "step");
  const exactGrowth = growthOf(exact);
  const claims: ExperimentClaim[] = [];
  if (exactGrowth !== null) {
    claims.push({
      claim: "time of exact attention grows faster than the length",
      holds: exactGrowth.slope > CLEARLY_ABOVE_LINEAR,
      evidence: `L^${exactGrowth.slope.toFixed(2)} for a training step`,
    });
  }
  for (const name of PERFORMERS) {
    const line = lineOf(result, name, "step");
    const { title } = MECHANISMS[name];
    const growth = growthOf(line);
    const last = line.points.at(-1);
    if (growth !== null) {
      claims.push({
        claim: `${title}: time nearly linear in the length`,
        holds: Math.abs(growth.slope - 1) <= NEARLY_LINEAR,
        evidence: `L^${growth.slope.toFixed(2)}`,
      });
    }
    const judged = wellMeasured(line).at(-1);
    const base = identity.points.find(({ length }) => length === judged?.length);
    if (judged !== undefined && base !== undefined) {
      const ratio = judged.milliseconds.best / base.milliseconds.best;
      claims.push({
        claim: `${title}: nearly the time of attention that returns V (within a factor of ${NEARLY_OPTIMAL})`,
        holds: ratio <= NEARLY_OPTIMAL,
        evidence: `${ratio.toFixed(2)} times at L ${countText(judged.length)}`,
      });
    }
    const common = exact.points.findLast(({ length }) =>
      line.points.some((point) => point.length === length),
    );
    const there = line.points.find(({ length }) => length === common?.length);
    if (common !== undefined && there !== undefined) {
      const at = crossing(line, exact);
      claims.push({
        claim: `${title}: faster than exact attention for long sequences`,
        holds: there.milliseconds.best < common.milliseconds.best,
        evidence: `${(common.milliseconds.best / there.milliseconds.best).toFixed(1)} times as fast at L ${countText(common.length)}${at === null ? "" : `, faster from L ${countText(Math.round(at))} on`}`,
      });
    }
    if (exact.ended !== null && last !== undefined) {
      claims.push({
        claim: `${title}: trains at lengths where exact attention runs out of ${exact.ended.by}`,
        holds: last.length > exact.ended.length,
        evidence: `L ${countText(last.length)}; exact attention ends below L ${countText(exact.ended.length)} within ${result.memoryGib} GiB`,
      });
    }
  }
  return claims;
}
