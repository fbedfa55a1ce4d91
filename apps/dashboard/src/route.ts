/** The address bar as state: "#/attention?accession=P00974&head=1.3". A copied link shows the same view. */

export type ViewName = "training" | "attention" | "similarity" | "experiments";

export interface Route {
  readonly view: ViewName;
  /** The rest of the path: a run's id in the training view, an experiment's name in its view. */
  readonly item: string | null;
  readonly query: URLSearchParams;
}

const VIEWS: readonly ViewName[] = ["training", "attention", "similarity", "experiments"];

/** Reads a location hash; an unknown view is the training view. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [name, ...rest] = path.split("/");
  const view = VIEWS.find((known) => known === name) ?? "training";
  const item = rest.join("/");
  return { view, item: item ? decodeSafely(item) : null, query: new URLSearchParams(query) };
}

/** The hash of a route, for links. */
export function formatRoute(
  view: ViewName,
  item: string | null = null,
  query: Readonly<Record<string, string>> = {},
): string {
  const path = item === null ? view : `${view}/${encodeURIComponent(item)}`;
  const text = new URLSearchParams(query).toString();
  return `#/${path}${text ? `?${text}` : ""}`;
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a hand-typed stray % is shown as it stands
  }
}
