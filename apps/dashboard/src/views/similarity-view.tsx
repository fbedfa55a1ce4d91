/** What the model thinks of amino acids: its similarity matrix beside BLOSUM62, and how well they agree. */
import type { ResidueOrder } from "@performer/interpret/reading";
import type { ModelSummary, SimilarityResponse } from "@performer/schema";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { NoModel } from "../parts/no-model.tsx";
import { Fault, Loading, Notice } from "../parts/notice.tsx";
import { Progress } from "../parts/progress.tsx";
import { RadioGroup } from "../parts/radio-group.tsx";
import { formatRoute } from "../route.ts";
import type { Session } from "../session.ts";
import { useAnswer } from "../use-answer.ts";
import { SimilarityFigures } from "./similarity-figures.tsx";
import { SimilarityMatrices } from "./similarity-matrices.tsx";
import { SimilarityPairs } from "./similarity-pairs.tsx";
import { SimilarityScatter } from "./similarity-scatter.tsx";

interface SimilarityViewProps {
  readonly query: URLSearchParams;
  readonly session: Session;
}

export function SimilarityView({ query, session }: SimilarityViewProps) {
  const { model, models, page } = session;
  if (model === null) return <NoModel models={models} subject="an amino-acid similarity" />;
  return page ? (
    <PageSimilarity
      key={model.name}
      session={session}
      model={model}
      layer={layerOf(query, model)}
    />
  ) : (
    <ServerSimilarity session={session} model={model} asked={query.get("checkpoint")} />
  );
}

/** Counted from 1 in the address; null: all layers. */
function layerOf(query: URLSearchParams, { config }: ModelSummary): number | null {
  const layer = Number(query.get("layer"));
  return Number.isInteger(layer) && layer >= 1 && layer <= config.numLayers ? layer - 1 : null;
}

interface ServerSimilarityProps {
  readonly session: Session;
  readonly model: ModelSummary;
  /** Name of a checkpoint of the same run. */
  readonly asked: string | null;
}

/** The server collects over many proteins, once for each checkpoint. */
function ServerSimilarity({ session, model, asked }: ServerSimilarityProps) {
  const checkpoints = (session.models.value ?? [])
    .filter(({ id }) => id === model.id)
    .sort((a, b) => a.step - b.step);
  const chosen = checkpoints.find(({ name }) => name === asked) ?? model;
  return (
    <Asked key={chosen.name} session={session} model={chosen.name} layer={null}>
      {checkpoints.length > 1 && (
        <Slider
          label={`Checkpoint of step ${chosen.step.toLocaleString("en")}`}
          most={checkpoints.length - 1}
          value={checkpoints.indexOf(chosen)}
          onValue={(at) => go({ checkpoint: checkpoints[at]?.name ?? "" })}
        />
      )}
    </Asked>
  );
}

interface PageSimilarityProps {
  readonly session: Session;
  readonly model: ModelSummary;
  readonly layer: number | null;
}

const SAMPLE_PROTEINS = 195;

/** This page takes the bundled proteins, when it is asked to. */
function PageSimilarity({ session, model, layer }: PageSimilarityProps) {
  const [wanted, setWanted] = useState(false);
  const { numLayers, numHeads } = model.config;
  if (!wanted) {
    return (
      <Notice title="Amino-acid similarity, computed in this page">
        <p>
          Attention maps of {numLayers * numHeads} heads over the {SAMPLE_PROTEINS} bundled
          proteins: a minute or more, once. The figure over 800 proteins, measured before the model
          shipped, is among the{" "}
          <a href={formatRoute("experiments", "amino-acid-similarity")}>experiments</a>.
        </p>
        <button type="button" class="primary" onClick={() => setWanted(true)}>
          Compute in this page
        </button>
      </Notice>
    );
  }
  return (
    <Asked key={layer} session={session} model={model.id} layer={layer}>
      <Slider
        label={layer === null ? "All layers" : `Layer ${layer + 1}`}
        most={numLayers}
        value={layer === null ? 0 : layer + 1}
        onValue={(at) => go(at === 0 ? {} : { layer: String(at) })}
      />
    </Asked>
  );
}

const go = (query: Readonly<Record<string, string>>): void => {
  location.hash = formatRoute("similarity", null, query);
};

interface SliderProps {
  readonly label: string;
  readonly most: number;
  readonly value: number;
  readonly onValue: (value: number) => void;
}

function Slider({ label, most, value, onValue }: SliderProps) {
  return (
    <label class="field field-inline">
      <span>{label}</span>
      <input
        type="range"
        min={0}
        max={most}
        step={1}
        value={value}
        aria-valuetext={label}
        onChange={(event) => onValue(Number(event.currentTarget.value))}
      />
    </label>
  );
}

interface AskedProps {
  readonly session: Session;
  readonly model: string;
  readonly layer: number | null;
  /** Which part of the model is asked. */
  readonly children: ComponentChildren;
}

function Asked({ session: { compute }, model, layer, children }: AskedProps) {
  const { value, error, pending, progress, reload } = useAnswer(
    (ask) => compute.similarity({ model, layer }, ask),
    `${compute.place} ${model} ${layer}`,
  );
  const [order, setOrder] = useState<ResidueOrder>("group");
  if (value !== null) {
    return (
      <Similarity response={value} order={order} onOrder={setOrder}>
        {children}
      </Similarity>
    );
  }
  if (error !== null && !pending) {
    return <Fault subject="The similarity" error={error} onRetry={reload} />;
  }
  if (compute.place === "page") {
    return <Progress progress={progress}>Reading attention over many proteins …</Progress>;
  }
  return (
    <Loading>
      Reading attention over many proteins, once for each checkpoint. On a busy machine this takes
      minutes; the answer appears here by itself.
    </Loading>
  );
}

interface SimilarityProps {
  readonly response: SimilarityResponse;
  readonly order: ResidueOrder;
  readonly onOrder: (order: ResidueOrder) => void;
  readonly children: ComponentChildren;
}

function Similarity({ response, order, onOrder, children }: SimilarityProps) {
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
        {children}
        <RadioGroup
          look="choice"
          legend="Order of residues"
          name="residue-order"
          labels={{ group: "Property", alphabet: "Alphabet" }}
          chosen={order}
          onChoose={onOrder}
        />
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
