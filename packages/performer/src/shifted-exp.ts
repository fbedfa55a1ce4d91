/** exp(exponent - constant), differentiable in the exponent alone: the constant is a stabiliser. */
import { exp, mul, sub, type Tensor4D } from "@tensorflow/tfjs-core";
import { withGradient } from "./with-gradient.ts";

/** exponent [B, H, L, M], constant of a shape that broadcasts to it → [B, H, L, M] */
export function shiftedExp(exponent: Tensor4D, constant: Tensor4D): Tensor4D {
  return withGradient(
    [exponent],
    () => {
      const value = exp<Tensor4D>(sub(exponent, constant));
      return { value, saved: [value] as const };
    },
    (dy, [value]) => [mul(dy, value)],
  );
}
