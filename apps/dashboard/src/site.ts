/** Where this page lies: beside an API, or on a web host that has none (`npm run site`). */
import { type ModelSummary, ModelsResponse, parseWith } from "@performer/schema";

/** The page of the static site says so in its head; nothing is asked to find out. */
export function hasServer(): boolean {
  const said = document.querySelector<HTMLMetaElement>('meta[name="performer-server"]');
  return said?.content !== "none";
}

/** The models that lie beside the page. @throws {Error} where their index is not there. */
export async function fetchPageModels(signal: AbortSignal): Promise<ModelSummary[]> {
  const index = await fetchBeside("models/index.json", signal);
  return parseWith(ModelsResponse, await index.json(), "models/index.json").models;
}

/** A file beside the page. @param path relative to the page. */
export async function fetchBeside(path: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(new URL(path, document.baseURI), { signal });
  if (!response.ok) {
    throw new Error(
      `fetchBeside: expected ${path} beside the page, got status ${response.status}; build the dashboard anew and copy its whole folder`,
    );
  }
  return response;
}
