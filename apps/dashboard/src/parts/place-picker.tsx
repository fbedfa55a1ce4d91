/** Where the numbers of the views are computed, and the choice between both places. */
import { formatBytes } from "../model/format.ts";
import type { Session } from "../session.ts";
import { useAnswer } from "../use-answer.ts";
import type { BackendName } from "../worker/calls.ts";
import { RadioGroup } from "./radio-group.tsx";

const BACKEND_NAMES: Readonly<Record<BackendName, string>> = {
  webgpu: "WebGPU",
  webgl: "WebGL",
  wasm: "WebAssembly",
};

/** @param active whether the view that is shown computes; the model is fetched for no other. */
export function PlacePicker({ session, active }: { session: Session; active: boolean }) {
  const { page, hasServer, setPlace, model } = session;
  return (
    <div class="place">
      {hasServer ? (
        <RadioGroup
          look="segments"
          legend="Computed"
          legendLook="muted"
          name="place"
          labels={{ server: "on the server", page: "in this page" }}
          chosen={page === null ? "server" : "page"}
          onChoose={setPlace}
        />
      ) : (
        <span class="muted">Computed in this page</span>
      )}
      {page && model && active && <PageState key={model.id} session={session} />}
    </div>
  );
}

/** On what the worker runs, once it does. */
function PageState({ session: { page, model } }: { session: Session }) {
  const id = model?.id ?? "";
  const { value, error, progress } = useAnswer(
    (ask) => (page ? page.open(id, ask) : Promise.reject(new Error("no page"))),
    `open ${id}`,
  );
  if (value) {
    const reasons =
      value.passedOver.length > 0 ? `Passed over: ${value.passedOver.join("; ")}` : undefined;
    return (
      <span class="place-state" data-backend={value.backend} title={reasons}>
        {BACKEND_NAMES[value.backend]} · nothing leaves this machine
      </span>
    );
  }
  if (error !== null) return <span class="place-state">the model did not start</span>;
  const far = progress?.what.startsWith("bytes")
    ? `fetching the model, ${formatBytes(progress.done)} of ${formatBytes(progress.total)}`
    : "starting …";
  return <span class="place-state">{far}</span>;
}
