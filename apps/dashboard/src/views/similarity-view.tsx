/** What the model thinks of amino acids: its similarity matrix beside BLOSUM62, and how well they agree. */
import type { ResidueOrder } from "@performer/interpret/reading";
import type { SimilarityResponse } from "@performer/schema";
import { useState } from "preact/hooks";
import { fetchSimilarity } from "../api.ts";
import { NoModel } from "../parts/no-model.tsx";
import { Fault, Loading } from "../parts/notice.tsx";
import type { Session } from "../session.ts";
import { useResource } from "../use-resource.ts";
import { SimilarityFigures } from "./similarity-figures.tsx";
import { SimilarityMatrices } from "./similarity-matrices.tsx";
import { SimilarityPairs } from "./similarity-pairs.tsx";
import { SimilarityScatter } from "./similarity-scatter.tsx";

interface SimilarityViewProps {
  readonly query: URLSearchParams;
  readonly session: Session;
}

export function SimilarityView({ session: { models, model } }: SimilarityViewProps) {
  if (model === null) return <NoModel models={models} subject="an amino-acid similarity" />;
  return <SimilarityOf key={model.name} model={model.id} />;
}

function SimilarityOf({ model }: { model: string }) {
  const similarity = useResource((signal) => fetchSimilarity(model, signal), { key: model });
  const [order, setOrder] = useState<ResidueOrder>("group");
  if (similarity.value === null) {
    return similarity.error === null || similarity.pending ? (
      <Loading>
        Reading attention over many proteins, once for each checkpoint. On a busy machine this takes
        minutes; the answer appears here by itself.
      </Loading>
    ) : (
      <Fault subject="The similarity" error={similarity.error} onRetry={similarity.reload} />
    );
  }
  return <Similarity response={similarity.value} order={order} onOrder={setOrder} />;
}

interface SimilarityProps {
  readonly response: SimilarityResponse;
  readonly order: ResidueOrder;
  readonly onOrder: (order: ResidueOrder) => void;
}

function Similarity({ response, order, onOrder }: SimilarityProps) {
  return (
    <div class="view">
      <div class="view-head">
        <div>
          <h1>Amino-acid similarity</h1>
          <p class="lede">
            Two residues are alike where the heads attend to them alike, over {response.sequences}{" "}
            proteins. BLOSUM62 was counted from alignments, which the model has never seen.
          </p>
        </div>
        <fieldset class="choice">
          <legend>Order of residues</legend>
          <OrderChoice value="group" label="Property" order={order} onOrder={onOrder} />
          <OrderChoice value="alphabet" label="Alphabet" order={order} onOrder={onOrder} />
        </fieldset>
      </div>
      <SimilarityFigures response={response} />
      {isByChance(response) && (
        <p class="lede">
          No agreement with BLOSUM62 beyond chance: this model has not seen enough proteins. Train
          longer, on more than the bundled sample.
        </p>
      )}
      <SimilarityMatrices response={response} order={order} />
      <div class="split">
        <SimilarityScatter response={response} />
        <SimilarityPairs response={response} />
      </div>
    </div>
  );
}

/** At the usual 5 % of the one-sided Mantel test. */
const isByChance = ({ mantelP }: SimilarityResponse) => mantelP !== null && mantelP > 0.05;

interface OrderChoiceProps {
  readonly value: ResidueOrder;
  readonly label: string;
  readonly order: ResidueOrder;
  readonly onOrder: (order: ResidueOrder) => void;
}

function OrderChoice({ value, label, order, onOrder }: OrderChoiceProps) {
  return (
    <label>
      <input
        type="radio"
        name="residue-order"
        value={value}
        checked={order === value}
        onChange={() => onOrder(value)}
      />
      {label}
    </label>
  );
}
