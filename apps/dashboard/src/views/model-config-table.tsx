/** What a model is made of, and how it was trained, in a reader's words. */
import type { AttentionConfig, ModelDetails } from "@performer/schema";
import { formatCount, formatTime } from "../model/format.ts";

export function ModelConfigTable({ details }: { details: ModelDetails }) {
  const { config, createdAt, fingerprint, licence, training } = details;
  const facts: (readonly [string, string])[] = [
    ["Attention", describeAttention(config.attention)],
    ["Direction", config.direction],
    ["Layers × heads", `${config.numLayers} × ${config.numHeads}`],
    ["Width, feed-forward", `${config.embeddingSize}, ${config.feedForwardSize}`],
    ["Positions", config.positions + (config.tokenShift ? ", token shift" : "")],
    ["Longest sequence", `${formatCount(config.maxLength - 2)} residues`],
    ["Made", formatTime(createdAt)],
    ["Fingerprint", fingerprint.slice(0, 16)],
  ];
  if (training) {
    const { optimizer, data, steps } = training;
    facts.push([
      "Training",
      `${formatCount(steps)} steps of ${data.batchSize} × ${data.sequenceLength} tokens, learning rate ${optimizer.learningRate}`,
    ]);
  }
  if (licence) facts.push(["Licence", licence]);
  return (
    <section class="panel">
      <h2 class="panel-title">Configuration</h2>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <>
            <dt key={name}>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}

function describeAttention(attention: AttentionConfig): string {
  if (attention.mechanism !== "favor") return attention.mechanism;
  const { featureMap, numFeatures, projection } = attention;
  return `FAVOR+, ${featureMap.kind}, ${numFeatures} ${projection} features`;
}
