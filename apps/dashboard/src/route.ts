/** The address bar as state: "#/explore?accession=P00974&head=1.3". A copied link shows the same view. */

const VIEWS = [
  "runs",
  "explore",
  "mutations",
  "embeddings",
  "jobs",
  "similarity",
  "model",
  "experiments",
] as const;
export type ViewName = (typeof VIEWS)[number];

export interface Route {
  readonly view: ViewName;
  /** The rest of the path: a run's id in the view of runs, an experiment's name in its view. */
  readonly item: string | null;
  readonly query: URLSearchParams;
}

/** Names that views had before; old links still lead to them. */
const FORMER: Readonly<Record<string, ViewName>> = { training: "runs", attention: "explore" };

/** Reads a location hash. @param fallback the view of an address that names none, or one that is not there. */
export function parseRoute(hash: string, fallback: ViewName = "runs"): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [name = "", ...rest] = path.split("/");
  const view = VIEWS.find((known) => known === name) ?? FORMER[name] ?? fallback;
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

/** Puts choices into the address without a step of the history; null takes one out. */
export function keepInAddress(choices: Readonly<Record<string, string | null>>): void {
  const { view, item, query } = parseRoute(location.hash);
  for (const [name, value] of Object.entries(choices)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  history.replaceState(null, "", formatRoute(view, item, Object.fromEntries(query)));
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a hand-typed stray % is shown as it stands
  }
}
