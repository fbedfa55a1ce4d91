/** What a view says when it has no data to show: why, and what to do about it. */
import type { ComponentChildren } from "preact";
import { ApiError } from "../api.ts";
import { UnknownProtein } from "../use-sequence.ts";
import { KeyForm } from "./key-form.tsx";

interface NoticeProps {
  readonly title: string;
  readonly kind?: "empty" | "error";
  readonly children?: ComponentChildren;
}

export function Notice({ title, kind = "empty", children }: NoticeProps) {
  return (
    <section class={`notice notice-${kind}`} role={kind === "error" ? "alert" : undefined}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** A command to copy into a terminal. */
export function Command({ children }: { children: string }) {
  return (
    <pre class="command">
      <code>{children}</code>
    </pre>
  );
}

export function Loading({ children }: { children: ComponentChildren }) {
  return (
    <p class="loading" role="status">
      <span class="spinner" aria-hidden="true" />
      {children}
    </p>
  );
}

interface FaultProps {
  /** What was being fetched: "The runs". */
  readonly subject: string;
  readonly error: unknown;
  readonly onRetry: () => void;
}

/** An error with its remedy, and a button to try again where that may help. */
export function Fault({ subject, error, onRetry }: FaultProps) {
  return (
    <Notice kind="error" title={`${subject} could not be loaded`}>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      <Remedy error={error} />
      {mayPass(error) && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </Notice>
  );
}

/** What was asked wrongly is refused the next time as well; a busy or broken server may have recovered. */
function mayPass(error: unknown): boolean {
  if (error instanceof UnknownProtein) return false;
  if (!(error instanceof ApiError) || error.status === null) return true;
  return error.status >= 500 || error.status === 408 || error.status === 429;
}

function Remedy({ error }: { error: unknown }) {
  if (!(error instanceof ApiError)) return null;
  switch (error.fault) {
    case "unreachable":
      return (
        <>
          <p>Is the API running? Start it in the project's folder:</p>
          <Command>npm run performer -- serve</Command>
        </>
      );
    case "malformed":
      return <p>The API and this page are of different versions: build both and reload.</p>;
    case "locked":
      return <KeyForm />;
    case "refused":
      return null; // the problem document says what to do
    default:
      return error.fault satisfies never;
  }
}
