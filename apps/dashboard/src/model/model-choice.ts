/** Which of the listed models is looked at: the one that was picked while it is there, else the default. */
import type { ModelSummary } from "@performer/schema";

/** One a model that ships and one a run: of a run's checkpoints the newest, which comes first. */
export function pickable(models: readonly ModelSummary[]): ModelSummary[] {
  return models.filter(({ id }, index) => models.findIndex((each) => each.id === id) === index);
}

/** @param picked an id or a name; the default where it is null or no longer there. */
export function modelOf(
  models: readonly ModelSummary[] | null,
  picked: string | null,
): ModelSummary | null {
  const asked = models?.find(({ id, name }) => picked === id || picked === name);
  return asked ?? models?.[0] ?? null;
}
