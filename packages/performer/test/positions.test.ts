/** Rotary positions and token shift: against their formulas in float64, and the laws of a model that has both. */
import {
  applyModel,
  crossEntropy,
  decodeStep,
  flattenTree,
  initDecoding,
  initModel,
  type PerformerModel,
  prefill,
} from "@performer/performer";
import { createStream, randomKey } from "@performer/random";
import { ModelConfig, type ModelConfigInput } from "@performer/schema";
import { checkGradients, expectClose, expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { sinusoidalPositions } from "../src/positions.ts";
import { rotate, rotationOf } from "../src/rotary.ts";
import { shiftTokens } from "../src/token-shift.ts";
import { attentionConfig, DIRECTIONS, MECHANISMS } from "./support/attention-cases.ts";
import { describeOnEachBackend } from "./support/backends.ts";
import { drawNormal, drawTokens } from "./support/draw.ts";

const [B, L, H, D] = [2, 5, 3, 6];
/** Of one rounding in float32. */
const ROUNDING = { rtol: 2e-6, atol: 2e-6 };

const normal = () => {
  const stream = createStream(randomKey(9));
  return { normal: () => stream.normal() };
};

/** docs/math.md, eq. P1: numbers c and c + D/2 as a complex number times exp(i position f_c). */
function turned(x: number[][][][]): number[][][][] {
  return x.map((row) =>
    row.map((heads, position) =>
      heads.map((numbers) =>
        numbers.map((own, c) => {
          const pair = c % (D / 2);
          const angle = position * 10_000 ** ((-2 * pair) / D);
          const other = numbers[(c + D / 2) % D] as number;
          const sign = c < D / 2 ? -1 : 1;
          return own * Math.cos(angle) + sign * other * Math.sin(angle);
        }),
      ),
    ),
  );
}

/** docs/math.md, eq. P2; `valid` says whether a position takes part. */
function shifted(
  x: number[][][],
  direction: "bidirectional" | "causal",
  valid: (b: number, position: number) => boolean,
): number[][][] {
  return x.map((row, b) =>
    row.map((own, i) =>
      own.map((value, c) => {
        const quarter = Math.floor(own.length / 4);
        if (c >= 2 * quarter) return value;
        const from = direction === "bidirectional" && c >= quarter ? i + 1 : i - 1;
        return valid(b, from) ? ((row[from] as number[])[c] as number) : 0;
      }),
    ),
  );
}

function createModel(overrides: Partial<ModelConfigInput> = {}): PerformerModel {
  const config = ModelConfig.parse({
    maxLength: 16,
    embeddingSize: 16,
    numHeads: 4,
    numLayers: 2,
    feedForwardSize: 24,
    attention: attentionConfig("relu"),
    positions: "rotary",
    tokenShift: true,
    ...overrides,
  });
  return initModel(config, randomKey(5));
}

describeOnEachBackend("rotary positions", () => {
  const rotation = (start = 0, heads = H) =>
    rotationOf(sinusoidalPositions({ start, length: L }, D), heads);

  test("numbers c and c + D/2 of position i turn by the angle i f_c", () => {
    const x = drawNormal<tf.Rank.R4>("x", [B, L, H, D]);
    expectClose(rotate(x, rotation()), turned(x.arraySync()), ROUNDING);
  });

  test("the product of a query and a key depends on their distance alone", () => {
    const at = (name: string, start: number) =>
      rotate(tf.tile(drawNormal<tf.Rank.R4>(name, [1, 1, 1, D]), [1, L, 1, 1]), rotation(start, 1));
    const products = (start: number) =>
      tf.matMul<tf.Tensor2D>(
        tf.reshape(at("query", start), [L, D]) as tf.Tensor2D,
        tf.reshape(at("key", start), [L, D]) as tf.Tensor2D,
        false,
        true,
      );
    const first = products(0).arraySync();
    expectClose(products(7), first, { rtol: 1e-5, atol: 1e-5 });
    expect(first[0]?.[0]).toBeCloseTo(first[3]?.[3] as number, 5);
    expect(Math.abs((first[0]?.[0] as number) - (first[0]?.[3] as number))).toBeGreaterThan(0.1);
  });

  test("gradients agree with finite differences", () => {
    const x = drawNormal<tf.Rank.R4>("x", [B, L, H, D]);
    checkGradients((y: tf.Tensor4D) => rotate(y, rotation()), [x], normal());
  });
});

describeOnEachBackend("token shift", () => {
  const mask = () =>
    tf.tensor2d([
      [1, 1, 1, 1, 1],
      [1, 0, 1, 1, 0],
    ]);
  const isValid = (b: number, i: number) => i >= 0 && i < L && (b === 0 || [0, 2, 3].includes(i));

  describe.each(DIRECTIONS)("%s", (direction) => {
    // 8 channels are two whole quarters, 11 are not
    test.each([4, 8, 11])("%d channels: the neighbours' where they take part, else zero", (E) => {
      const x = drawNormal<tf.Rank.R3>("x", [B, L, E]);
      const rows = x.arraySync();
      const whole = (_: number, i: number) => i >= 0 && i < L;
      const exact = { rtol: 0, atol: 0 };
      const run = (by: tf.Tensor2D | undefined) => shiftTokens(x, { direction, mask: by });
      expectClose(run(undefined), shifted(rows, direction, whole), exact);
      expectClose(run(mask()), shifted(rows, direction, isValid), exact);
    });

    test("gradients agree with finite differences, padding included", () => {
      const x = drawNormal<tf.Rank.R3>("x", [B, L, 9]);
      checkGradients(
        (y: tf.Tensor3D) => shiftTokens(y, { direction, mask: mask() }),
        [x],
        normal(),
      );
    });

    test("a sequence of one position has no neighbours", () => {
      const x = drawNormal<tf.Rank.R3>("x", [B, 1, 8]);
      const expected = shifted(x.arraySync(), direction, () => false);
      expectClose(shiftTokens(x, { direction, mask: undefined }), expected, { rtol: 0, atol: 0 });
    });
  });
});

describeOnEachBackend("a model with rotary positions and token shift", () => {
  describe.each(MECHANISMS)("%s, %s", (kind, direction) => {
    test("a sequence alone and padded in a batch gives the same hidden states", () => {
      const model = createModel({ attention: attentionConfig(kind), direction });
      const tokens = drawTokens("batch", [2, 12], 29);
      const paddingMask = tf.tensor2d(
        [12, 7].map((length) => Array.from({ length: 12 }, (_, i) => Number(i < length))),
      );
      const batch = applyModel(model, { tokens, paddingMask }).hidden;
      [12, 7].forEach((length, b) => {
        const alone = applyModel(model, { tokens: tf.slice(tokens, [b, 0], [1, length]) }).hidden;
        const part = tf.slice(batch, [b, 0, 0], [1, length, -1]);
        expectClose(part, alone, { rtol: 2e-5, atol: 1e-5 });
      });
    });

    test("a step leaves no tensor behind", async () => {
      const model = createModel({ attention: attentionConfig(kind), direction });
      const tokens = drawTokens("memory", [2, 8], 29);
      await expectConstantMemory(() => tf.tidy(() => void gradientsOf(model, tokens)));
    });
  });

  test("positions count: the same residues in another order give other hidden states", () => {
    for (const choice of [{ tokenShift: false }, { positions: "sinusoidal" }] as const) {
      const model = createModel(choice);
      const hidden = (ids: number[]) =>
        applyModel(model, { tokens: tf.tensor2d([ids], undefined, "int32") }).hidden.arraySync();
      const [first] = hidden([3, 4, 5, 6]);
      const [second] = hidden([3, 6, 5, 4]);
      expect(second?.[0]).not.toEqual(first?.[0]);
    }
  });

  test("causal: logits at i are unchanged, to the bit, when tokens after i change", () => {
    const attention = attentionConfig("softmax-positive");
    const model = createModel({ attention, direction: "causal" });
    const tokens = drawTokens("first", [1, 12], 29);
    const other = tf.concat(
      [tf.slice(tokens, [0, 0], [1, 5]), drawTokens("second", [1, 7], 29)],
      1,
    );
    const head = (x: tf.Tensor2D) =>
      tf.slice(applyModel(model, { tokens: x }).logits, [0, 0, 0], [1, 5, -1]);
    expectClose(head(other), head(tokens), { rtol: 0, atol: 0 });
  });

  test.each(
    MECHANISMS.filter(([, direction]) => direction === "causal")
      .map(([kind]) => kind)
      .filter((kind) => kind !== "sparse" && kind !== "lsh")
      .flatMap((kind) => [0, 1, 6].map((prompt) => [kind, prompt] as const)),
  )("%s: decoding after a prompt of %d gives the parallel form's logits", (kind, prompt) => {
    const model = createModel({ attention: attentionConfig(kind), direction: "causal" });
    const tokens = drawTokens("decoding", [2, 11], 29);
    const parts: tf.Tensor3D[] = [];
    let state = initDecoding(model, 2);
    if (prompt > 0) {
      const read = prefill(model, tf.slice(tokens, [0, 0], [2, prompt]));
      parts.push(read.logits);
      state = read.state;
    }
    for (let i = prompt; i < 11; i++) {
      const token = tf.reshape<tf.Rank.R1>(tf.slice(tokens, [0, i], [2, 1]), [2]);
      const next = decodeStep(model, state, token);
      parts.push(tf.expandDims(next.logits, 1));
      state = next.state;
    }
    const { logits } = applyModel(model, { tokens });
    expectClose(tf.concat(parts, 1), logits, { rtol: 1e-5, atol: 1e-5 });
  });
});

function gradientsOf(model: PerformerModel, tokens: tf.Tensor2D) {
  const loss = () => {
    const { logits } = applyModel(model, {
      tokens,
      paddingMask: tf.onesLike(tokens).cast("float32"),
    });
    return crossEntropy(logits, tokens, tf.onesLike(tokens).cast("float32")).lossSum as tf.Scalar;
  };
  return tf.engine().gradients(loss, Object.values(flattenTree(model.parameters)));
}

describe("a config of positions is refused", () => {
  const parse = (overrides: Record<string, unknown>) => () =>
    ModelConfig.parse({
      embeddingSize: 12,
      numHeads: 4,
      numLayers: 1,
      feedForwardSize: 8,
      attention: { mechanism: "favor" },
      ...overrides,
    });

  test("rotary with an odd head size", () => {
    expect(parse({ positions: "rotary" })).toThrow(
      'rotary positions need an even head size, got 12 / 4 = 3; choose other sizes, or positions \\"learned\\"',
    );
  });

  test("token shift of fewer than four channels", () => {
    expect(parse({ embeddingSize: 2, numHeads: 1, tokenShift: true })).toThrow(
      "takes quarters of the channels, got embeddingSize 2; choose at least 4",
    );
  });

  test("a kind that does not exist", () => {
    expect(parse({ positions: "relative" })).toThrow(/sinusoidal.*learned.*rotary/s);
  });
});
