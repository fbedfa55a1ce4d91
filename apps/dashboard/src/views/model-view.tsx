/** One model: its figures beside n-grams, what it is made of, and its card. */
import { csvText, lineChart } from "@performer/charts";
import type { EvaluationReport, ModelDetails, ModelSummary } from "@performer/schema";
import { formatCompact, formatCount, formatPerplexity, formatShare } from "../model/format.ts";
import { KeyFigure, KeyFigures } from "../parts/key-figures.tsx";
import { Markdown } from "../parts/markdown.tsx";
import { NoModel } from "../parts/no-model.tsx";
import { Fault, Loading } from "../parts/notice.tsx";
import { Picture } from "../parts/picture.tsx";
import { useElementWidth } from "../parts/use-element-width.ts";
import type { Session } from "../session.ts";
import { useModelDetails } from "../use-model-details.ts";
import { ModelConfigTable } from "./model-config-table.tsx";

export function ModelView({ session }: { session: Session }) {
  const { model, models } = session;
  if (model === null) return <NoModel models={models} subject="its page" />;
  return <Details key={`${model.name} ${session.compute.place}`} session={session} model={model} />;
}

function Details({ session, model }: { session: Session; model: ModelSummary }) {
  const { value, error, pending, reload } = useModelDetails(session, model);
  if (value === null) {
    if (error === null || pending) return <Loading>Reading the model's card …</Loading>;
    return <Fault subject="The model" error={error} onRetry={reload} />;
  }
  return (
    <div class="view">
      <div class="view-head">
        <div>
          <h1>{value.name}</h1>
          <p class="lede">{value.dataDescription ?? "A checkpoint of a run."}</p>
        </div>
      </div>
      <Figures details={value} />
      <div class="split">
        {value.report && <AgainstBaselines report={value.report} />}
        <ModelConfigTable details={value} />
      </div>
      {value.card !== null && (
        <section class="panel" aria-label="Model card">
          <Markdown>{value.card}</Markdown>
        </section>
      )}
    </div>
  );
}

function Figures({ details }: { details: ModelDetails }) {
  const { figures, validation, parameterCount, step, tokensSeen, report } = details;
  const scored = figures ?? validation;
  const baselines = report?.sets.at(-1)?.parts[0]?.baselines ?? [];
  const best = baselines.at(-1);
  return (
    <KeyFigures>
      <KeyFigure
        label={
          figures ? `Perplexity, ${figures.set.replace(/\..*$/, "")}` : "Perplexity, validation"
        }
        value={scored ? formatPerplexity(scored.perplexity) : "–"}
        note={best && `${baselines.length}-gram ${formatPerplexity(best.perplexity)}`}
        tone={!scored || !best ? "plain" : scored.perplexity < best.perplexity ? "better" : "worse"}
      />
      <KeyFigure
        label="Accuracy"
        value={scored ? formatShare(scored.accuracy) : "–"}
        note={best && `${baselines.length}-gram ${formatShare(best.accuracy)}`}
        tone={!scored || !best ? "plain" : scored.accuracy > best.accuracy ? "better" : "worse"}
      />
      <KeyFigure label="Parameters" value={formatCompact(parameterCount)} note="float16 weights" />
      <KeyFigure
        label="Step"
        value={formatCount(step)}
        note={tokensSeen === undefined ? undefined : `${formatCompact(tokensSeen)} tokens read`}
      />
    </KeyFigures>
  );
}

/** The last set of the report, all its sequences: n-grams by their order, the model as a level. */
function AgainstBaselines({ report }: { report: EvaluationReport }) {
  const [frame, width] = useElementWidth<HTMLDivElement>();
  const set = report.sets.at(-1);
  const whole = set?.parts[0];
  if (set === undefined || whole === undefined || whole.baselines.length === 0) return null;
  const points = whole.baselines.map(({ perplexity }, index) => ({ x: index + 1, y: perplexity }));
  const level = whole.model.perplexity.mean;
  return (
    <section class="panel">
      <div ref={frame}>
        {width > 0 && (
          <Picture
            name="perplexity against n-grams"
            draw={({ theme, background }) =>
              lineChart(
                {
                  series: [{ name: "n-gram", points }],
                  references: [{ name: `model ${formatPerplexity(level)}`, y: level }],
                },
                {
                  document,
                  title: `Perplexity on ${set.name.replace(/\..*$/, "")}`,
                  xTitle: "residues of an n-gram, n",
                  xScale: "whole",
                  yTitle: "perplexity",
                  width,
                  height: 300,
                  theme,
                  ...(background !== undefined && { background }),
                },
              )
            }
            of={[report, width]}
            csv={() =>
              csvText(
                ["predictor", "perplexity", "accuracy"],
                [
                  ...whole.baselines.map(
                    ({ perplexity, accuracy }, index) =>
                      [`${index + 1}-gram`, perplexity, accuracy] as const,
                  ),
                  ["model", level, whole.model.accuracy.mean] as const,
                ],
              )
            }
          />
        )}
      </div>
      <p class="muted map-note">
        The model fills in hidden residues from both sides, n-grams predict each residue from those
        before it: a yardstick, not the same task.
      </p>
    </section>
  );
}
