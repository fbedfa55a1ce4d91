/** Decoding token by token equals the parallel form, at the same cost at every position. */
import {
  applyModel,
  attention,
  type DecodingState,
  decodeStep,
  disposeDecoding,
  flattenTree,
  initDecoding,
  initModel,
  type LayerState,
  type PerformerModel,
  prefill,
  unflattenTree,
} from "@performer/performer";
import { randomKey } from "@performer/random";
import { ModelConfig, type ModelConfigInput } from "@performer/schema";
import { expectClose, expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { createRecurrence } from "../src/decoding/recurrence.ts";
import { attentionConfig, drawInputs, KINDS } from "./support/attention-cases.ts";
import { describeOnEachBackend } from "./support/backends.ts";
import { drawTokens } from "./support/draw.ts";

const FAVOR = KINDS.filter((kind) => attentionConfig(kind).mechanism === "favor");
const RECURRENT = [...FAVOR, "exact", "local", "identity"] as const;

function createModel(overrides: Partial<ModelConfigInput> = {}): PerformerModel {
  const config = ModelConfig.parse({
    maxLength: 64,
    embeddingSize: 16,
    numHeads: 4,
    numLayers: 2,
    feedForwardSize: 24,
    direction: "causal",
    attention: attentionConfig("relu"),
    ...overrides,
  });
  return sharpen(initModel(config, randomKey(5)));
}

/** Larger queries, keys and values: an untrained model hardly looks at the positions before. */
function sharpen(model: PerformerModel): PerformerModel {
  const flat = Object.entries(flattenTree(model.parameters)).map(([name, x]) => {
    const factor = /(query|key|value)\/kernel$/.test(name) ? 3 : 1;
    return [name, tf.mul(x, factor)] as const;
  });
  return { ...model, parameters: unflattenTree(Object.fromEntries(flat)) };
}

const tokenAt = (tokens: tf.Tensor2D, position: number) =>
  tf.reshape(tf.slice(tokens, [0, position], [-1, 1]), [-1]) as tf.Tensor1D;

/** Logits [B, L, V]: the first `prompt` tokens by `prefill`, the others step by step. */
function decode(model: PerformerModel, tokens: tf.Tensor2D, prompt: number): tf.Tensor3D {
  const [B, L] = tokens.shape;
  const parts: tf.Tensor3D[] = [];
  let state = initDecoding(model, B);
  if (prompt > 0) {
    const read = prefill(model, tf.slice(tokens, [0, 0], [B, prompt]));
    parts.push(read.logits);
    state = read.state;
  }
  for (let position = prompt; position < L; position++) {
    const next = decodeStep(model, state, tokenAt(tokens, position));
    parts.push(tf.expandDims(next.logits, 1));
    state = next.state;
  }
  expect(state.position).toBe(L);
  return tf.concat(parts, 1);
}

const largest = (x: tf.Tensor) => tf.max(tf.abs(x)).dataSync()[0] as number;
const bytesOf = (layers: readonly LayerState[]) =>
  layers.flatMap((layer) => Object.values(layer)).reduce((sum, x) => sum + 4 * x.size, 0);

describeOnEachBackend("decoding", () => {
  describe.each(RECURRENT)("%s", (kind) => {
    // chunks of 4: 19 positions are four whole ones and a part
    test.each([
      ["step by step", 0],
      ["after a prompt of one token", 1],
      ["after a prompt that ends inside a chunk", 6],
      ["after a prompt of whole chunks", 8],
      ["a prompt alone", 19],
    ])("logits at every position are the parallel form's: %s", (_, prompt) => {
      const model = createModel({ attention: attentionConfig(kind) });
      const tokens = drawTokens("decoding", [2, 19], 29);
      const { logits } = applyModel(model, { tokens });
      const atol = 1e-5 * largest(logits);
      expectClose(decode(model, tokens, prompt), logits, { rtol: 1e-5, atol });
    });

    test("reversible layers decode as the parallel form", () => {
      const model = createModel({ attention: attentionConfig(kind), residual: "reversible" });
      const tokens = drawTokens("reversible", [2, 9], 29);
      const { logits } = applyModel(model, { tokens });
      const atol = 1e-5 * largest(logits);
      expectClose(decode(model, tokens, 4), logits, { rtol: 1e-5, atol });
    });

    test("learned positions are those of the parallel form", () => {
      const model = createModel({ attention: attentionConfig(kind), positions: "learned" });
      const tokens = drawTokens("learned", [1, 7], 29);
      const { logits } = applyModel(model, { tokens });
      expectClose(decode(model, tokens, 3), logits, {
        rtol: 1e-5,
        atol: 1e-5 * largest(logits),
      });
    });

    test("a state is left as it was: two continuations of it do not feel each other", () => {
      const model = createModel({ attention: attentionConfig(kind) });
      const { state } = prefill(model, drawTokens("shared", [1, 5], 29));
      const step = (id: number) => decodeStep(model, state, tf.tensor1d([id], "int32")).logits;
      const first = step(3).arraySync();
      expect(step(4).arraySync()).not.toEqual(first);
      expect(step(3).arraySync()).toEqual(first);
    });

    test("steps, prompts and states leave no tensor behind, also inside a tidy", async () => {
      const model = createModel({ attention: attentionConfig(kind) });
      const tokens = drawTokens("memory", [2, 5], 29);
      const token = tf.tensor1d([3, 4], "int32");
      await expectConstantMemory(() => {
        disposeDecoding(initDecoding(model, 2));
        const states: DecodingState[] = [];
        tf.tidy(() => {
          const read = prefill(model, tokens);
          states.push(read.state, decodeStep(model, read.state, token).state);
        });
        const { logits, state } = decodeStep(model, states[1] as DecodingState, token);
        logits.dispose();
        for (const each of [...states, state]) disposeDecoding(each);
      });
    });
  });

  /** Kernels of the step at each position, and bytes of the state after it. */
  async function costs(kind: (typeof RECURRENT)[number], positions: readonly number[]) {
    const model = createModel({ attention: attentionConfig(kind) });
    const token = tf.tensor1d([3, 4], "int32");
    let state = initDecoding(model, 2);
    const found: { kernels: string[]; tensors: number; bytes: number }[] = [];
    for (let position = 0; position <= Math.max(...positions); position++) {
      let next = state;
      const { kernels } = await tf.profile(() => {
        const outputs = decodeStep(model, state, token);
        next = outputs.state;
        return outputs.logits;
      });
      state = next;
      if (!positions.includes(position)) continue;
      found.push({
        kernels: kernels.map(({ name, outputShapes }) => `${name} ${JSON.stringify(outputShapes)}`),
        tensors: state.layers.flatMap((layer) => Object.values(layer)).length,
        bytes: bytesOf(state.layers),
      });
    }
    return found;
  }

  // the window of 4 positions is full at position 4
  test.each([...FAVOR, "local", "identity"] as const)(
    "%s: kernels, their shapes and the state are the same at every position",
    async (kind) => {
      const [early, ...later] = await costs(kind, [5, 12, 40]);
      expect(early?.kernels.length).toBeGreaterThan(20);
      for (const cost of later) expect(cost).toEqual(early);
    },
  );

  test("exact: the state grows by one key and one value a layer and step", async () => {
    const found = await costs("exact", [0, 1, 9]);
    const perStep = 2 * 2 * 2 * 16 * 4; // key and value, layers, B, E, bytes
    expect(found.map(({ bytes }) => bytes)).toEqual([1, 2, 10].map((steps) => steps * perStep));
  });

  describe.each(RECURRENT)("%s, alone", (kind) => {
    test.each([
      ["growing", 1],
      ["growing, times 30", 30],
    ])("keys that are %s: outputs are those of the parallel form, and finite", (_, scale) => {
      const L = 23;
      const { query, key, value, projection } = drawInputs(L);
      const ramp = tf.reshape(tf.linspace(0.2, 4, L), [1, L, 1, 1]);
      const config = attentionConfig(kind);
      const inputs = { query, key: tf.mul<tf.Tensor4D>(key, tf.mul(ramp, scale)), value };
      const expected = attention(inputs.query, inputs.key, inputs.value, {
        config,
        direction: "causal",
        projection,
      });
      const recurrence = createRecurrence({ config, projection, numHeads: 2, headSize: 4 });
      const at = (x: tf.Tensor4D, i: number) =>
        tf.transpose(tf.slice(x, [0, i, 0, 0], [2, 1, 2, 4]), [0, 2, 1, 3]);
      let state = recurrence.start(2);
      const outputs: tf.Tensor4D[] = [];
      for (let i = 0; i < L; i++) {
        const step = recurrence.step(state, {
          query: at(inputs.query, i),
          key: at(inputs.key, i),
          value: at(inputs.value, i),
        });
        outputs.push(tf.transpose(step.output, [0, 2, 1, 3]));
        state = step.state;
      }
      expectClose(tf.concat(outputs, 1), expected, { rtol: 1e-5, atol: 2e-5 });

      const transposed = (x: tf.Tensor4D) => tf.transpose(x, [0, 2, 1, 3]);
      const absorbed = recurrence.absorb(transposed(inputs.key), transposed(inputs.value));
      expect(Object.keys(absorbed)).toEqual(Object.keys(state));
      for (const [name, tensor] of Object.entries(state)) {
        const atol = 1e-5 * largest(tensor);
        expectClose(absorbed[name] as tf.Tensor4D, tensor, { rtol: 1e-5, atol });
      }
    });
  });
});

describe("decoding refuses", () => {
  beforeAll(() => tf.setBackend("cpu"));

  test("a bidirectional model, and says what to do", () => {
    const model = createModel({ direction: "bidirectional" });
    const message = 'expected a causal model, got direction "bidirectional"';
    expect(() => initDecoding(model, 1)).toThrow(`initDecoding: ${message}`);
    expect(() => prefill(model, drawTokens("x", [1, 3], 29))).toThrow(`prefill: ${message}`);
  });

  test("a mechanism without recurrent form, naming it and those that have one", () => {
    const model = createModel();
    const config = { ...model.config, attention: { mechanism: "fourier" } } as unknown;
    const run = () => initDecoding({ ...model, config: config as ModelConfig }, 1);
    expect(run).toThrow('recurrent form (favor, exact, local, identity), got "fourier"');
  });

  test("a position beyond maxLength, as the parallel form does", () => {
    const model = createModel({ maxLength: 4 });
    const { state } = prefill(model, drawTokens("full", [1, 4], 29));
    expect(() => decodeStep(model, state, tf.tensor1d([1], "int32"))).toThrow(
      "decodeStep: expected a position below maxLength 4, got 4; end the sequence here",
    );
  });

  test("tokens of another batch or type than the state's", () => {
    const model = createModel();
    const state = initDecoding(model, 2);
    expect(() => decodeStep(model, state, tf.tensor1d([1], "int32"))).toThrow(
      "decodeStep: expected tokens [2] of int32, got [1] of int32",
    );
    expect(() => decodeStep(model, state, tf.tensor1d([1, 2]))).toThrow("got [2] of float32");
  });
});
