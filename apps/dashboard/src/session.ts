/** What is asked of whom: the place that computes, the models it has, and the one that is looked at. */
import type { ModelSummary } from "@performer/schema";
import { useEffect, useMemo, useState } from "preact/hooks";
import { fetchModels } from "./api.ts";
import type { Compute, ComputePlace } from "./compute/compute.ts";
import { createPageCompute, type PageCompute } from "./compute/page-compute.ts";
import { serverCompute } from "./compute/server-compute.ts";
import { modelOf } from "./model/model-choice.ts";
import { formatRoute, type Route } from "./route.ts";
import { fetchPageModels, hasServer } from "./site.ts";
import { type Resource, useResource } from "./use-resource.ts";
import { BACKENDS, type BackendName } from "./worker/calls.ts";

export interface Session {
  readonly compute: Compute;
  /** The same where it is this page; null where it is the server. */
  readonly page: PageCompute | null;
  /** Whether the reader may choose another place. */
  readonly hasServer: boolean;
  readonly setPlace: (place: ComputePlace) => void;
  readonly models: Resource<ModelSummary[]>;
  readonly model: ModelSummary | null;
  readonly pickModel: (id: string) => void;
}

/** New checkpoints of a run appear while it trains. */
const MODELS_REFRESH_MS = 15_000;

export function useSession(route: Route): Session {
  const [server] = useState(hasServer);
  const [place, setPlace] = useSticky(route, "compute", isPlace);
  const [picked, pickModel] = useSticky(route, "model", (text): text is string => text !== "");
  const [backend] = useState(() => backendOf(route));
  const pageCompute = useMemo(() => createPageCompute(backend), [backend]);
  const page = !server || place === "page" ? pageCompute : null;
  const models = useResource(page ? fetchPageModels : fetchModels, {
    key: page ? "models beside the page" : "models of the server",
    ...(page === null && { refreshMs: MODELS_REFRESH_MS }),
  });
  return {
    compute: page ?? serverCompute,
    page,
    hasServer: server,
    setPlace,
    models,
    model: modelOf(models.value, picked),
    pickModel,
  };
}

const isPlace = (text: string): text is ComputePlace => text === "server" || text === "page";

/** For a measurement or a browser whose choice is wrong: ?backend=wasm. */
function backendOf({ query }: Route): BackendName | null {
  return BACKENDS.find((name) => name === query.get("backend")) ?? null;
}

/** A choice that was made here or by the address (?name=); it stays while views change. */
function useSticky<Value extends string>(
  route: Route,
  name: string,
  isValue: (text: string) => text is Value,
): [Value | null, (value: Value) => void] {
  const text = route.query.get(name);
  const addressed = text !== null && isValue(text) ? text : null;
  const [chosen, setChosen] = useState<Value | null>(addressed);
  useEffect(() => {
    if (addressed !== null) setChosen(addressed);
  }, [addressed]);
  const choose = (value: Value) => {
    setChosen(value);
    // an address that names a choice must not contradict the page
    if (addressed === null) return;
    const query = { ...Object.fromEntries(route.query), [name]: value };
    location.hash = formatRoute(route.view, route.item, query);
  };
  return [chosen, choose];
}
