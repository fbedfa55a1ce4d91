/** In place of a view that needs a trained model while there is none. */
import type { ModelSummary } from "@performer/schema";
import type { Resource } from "../use-resource.ts";
import { Command, Fault, Loading, Notice } from "./notice.tsx";

interface NoModelProps {
  readonly models: Resource<ModelSummary[]>;
  /** What a model would give: "attention maps". */
  readonly subject: string;
}

export function NoModel({ models, subject }: NoModelProps) {
  if (models.value !== null) {
    return (
      <Notice title="No trained model yet">
        <p>The first checkpoint of a run gives {subject}. Train a small model in a few minutes:</p>
        <Command>npm run performer -- train configs/demo.json</Command>
        <p>This page notices the checkpoint by itself.</p>
      </Notice>
    );
  }
  if (models.error === null) return <Loading>Looking for a model …</Loading>;
  return <Fault subject="The models" error={models.error} onRetry={models.reload} />;
}
