/** How far a long answer is, in place of the answer. */

import type { Progress as ProgressOf } from "../compute/compute.ts";
import { formatBytes, formatCount } from "../model/format.ts";
import { Loading } from "./notice.tsx";

interface ProgressProps {
  /** What is awaited: "Reading the attention …". */
  readonly children: string;
  readonly progress: ProgressOf | null;
}

export function Progress({ children, progress }: ProgressProps) {
  if (progress === null) return <Loading>{children}</Loading>;
  const { what, done, total } = progress;
  const figures = what.startsWith("bytes")
    ? `${formatBytes(done)} of ${formatBytes(total)}${what.slice("bytes".length)}`
    : `${formatCount(done)} of ${formatCount(total)} ${what}`;
  return (
    <div class="loading loading-far">
      <p role="status">{children}</p>
      <progress aria-label={children} max={total} value={done} />
      <p class="muted">{figures}</p>
    </div>
  );
}
