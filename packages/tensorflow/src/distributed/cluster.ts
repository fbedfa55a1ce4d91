/**
 * This process as a member of a cluster: its server, and the runs that all members make together. Every member
 * makes the same runs in the same order; a run that one of them does not make fails on all others, within the
 * time that it was given, with the name of the one that is missing.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterTimeouts } from "@performer/schema";
import { createGraph } from "../graph/graph.ts";
import { encodeGraph } from "../graph/graph-def.ts";
import { loadCApi, type TensorFlowLibraries } from "../session/c-api.ts";
import type { SessionServer } from "../session/config.ts";
import { TensorFlowError } from "../session/errors.ts";
import { openSession, type RunRequest, type Session } from "../session/session.ts";
import type { HostTensor } from "../session/tensor.ts";
import { addGather } from "./collective.ts";
import { ClusterError } from "./errors.ts";
import type { Member, Membership } from "./membership.ts";
import { describeMember, probeMembers, waitForMembers, watchMembers } from "./reachability.ts";
import { startServer } from "./server.ts";

/** For what the others are waited for; `ClusterTimeouts` says how long. */
export type Occasion = "join" | "step" | "pause";

export interface Cluster {
  /** The chief first. */
  readonly members: readonly Member[];
  readonly rank: number;
  readonly self: Member;
  readonly isChief: boolean;
  /** Where sessions of this worker are opened. */
  readonly server: SessionServer;
  /** TensorFlow's, for the comparison with the others'. */
  readonly version: string;
  /** A key for one more collective operation. Members ask in the same order and get the same. */
  nextInstanceKey(): number;
  /**
   * A run of collective operations.
   * @throws {ClusterError} where another member is gone, cut off, or too slow.
   */
  run(session: Session, request: RunRequest, occasion: Occasion): Promise<HostTensor[]>;
  /** Everybody's text, in the order of rank. @throws {ClusterError} as `run`; {RangeError} past 4,096 bytes. */
  exchange(text: string, occasion: Occasion): Promise<string[]>;
  /** Call at the end: the last answers to other members may still be on their way. */
  leave(): Promise<void>;
}

export interface JoinOptions {
  readonly libraries: TensorFlowLibraries;
  readonly membership: Membership;
  /** Inside one operation. Default: one a core. */
  readonly threads?: number | undefined;
}

const TEXT_BYTES = 4_096;
const LINGER_MS = 300;
const SETTLE_MS = 2_000;

/**
 * Starts the server, once a process, and waits until every member has started its own.
 * @throws {ClusterError} naming the port that cannot be opened, or the members that are missing.
 */
export async function joinCluster({
  libraries,
  membership,
  threads,
}: JoinOptions): Promise<Cluster> {
  const { members, rank, timeouts } = membership;
  const server = startServer(libraries, membership, { threads });
  const others = members.filter((_, index) => index !== rank);
  // a star: everybody watching everybody would be a storm of connections among hundreds
  const watched = rank === 0 ? others : members.slice(0, 1);
  await waitForMembers(others, timeouts.joinSeconds);
  const session = openSession(libraries, { server });
  let keys = 0;
  const nextInstanceKey = () => ++keys;

  const run: Cluster["run"] = (target, request, occasion) =>
    runTogether(target, request, { others, watched, seconds: secondsOf(timeouts, occasion) });

  session.extend(exchangeGraph(members.length, nextInstanceKey()), "exchange");
  return {
    members,
    rank,
    self: members[rank] as Member,
    isChief: rank === 0,
    server,
    version: loadCApi(libraries).version,
    nextInstanceKey,
    run,
    async exchange(text, occasion) {
      const feeds = { "exchange/text": encodeText(text) };
      const [gathered] = await run(session, { feeds, fetches: ["exchange/texts"] }, occasion);
      return members.map((_, index) => decodeText(gathered?.values as Int32Array, index));
    },
    async leave() {
      await sleep(LINGER_MS);
      await session.close();
    },
  };
}

interface Company {
  readonly others: readonly Member[];
  /** Those whose end is noticed before the time is over. */
  readonly watched: readonly Member[];
  readonly seconds: number;
}

async function runTogether(
  session: Session,
  request: RunRequest,
  { others, watched, seconds }: Company,
): Promise<HostTensor[]> {
  // a member that ends while it owes us data leaves TensorFlow waiting for it to come back
  const watch = watchMembers(watched, () => session.cancel());
  try {
    return await session.run({ ...request, collective: { timeoutMs: 1000 * seconds } });
  } catch (cause) {
    if (!(cause instanceof TensorFlowError) || cause.code === "INVALID_ARGUMENT") throw cause;
    const answers = await settledAnswers(others, cause.code);
    const missing = answers.filter(({ answer }) => answer !== "open").map(describeMember);
    throw new ClusterError(
      missing.length > 0
        ? `run: expected every worker to take part, got none of ${missing.join(", ")}; look into its log, then resume on every worker`
        : `run: expected every worker within ${seconds} s, got ${cause.code} while all of ${others.map(({ name }) => name).join(", ")} accept connections: one stopped, failed just now or is too slow; look into their logs, raise the timeouts of the cluster file, and resume on every worker`,
      { cause },
    );
  } finally {
    watch.stop();
  }
}

/** A process that was killed closes its sockets one after another: for a moment it seems to listen still. */
async function settledAnswers(others: readonly Member[], code: string) {
  const answers = await probeMembers(others);
  const isOver = code === "DEADLINE_EXCEEDED" || answers.some(({ answer }) => answer !== "open");
  if (isOver) return answers;
  await sleep(SETTLE_MS);
  return probeMembers(others);
}

function secondsOf(timeouts: ClusterTimeouts, occasion: Occasion): number {
  switch (occasion) {
    case "join":
      return timeouts.joinSeconds;
    case "step":
      return timeouts.stepSeconds;
    case "pause":
      return timeouts.pauseSeconds;
    default:
      return occasion satisfies never;
  }
}

/** TensorFlow's collectives carry numbers: a text is a length and its bytes. */
function exchangeGraph(groupSize: number, instanceKey: number): Uint8Array {
  const graph = createGraph();
  const text = graph.placeholder("text", "int32", [1 + TEXT_BYTES]);
  addGather(graph, "texts", text, { groupSize, instanceKey });
  return encodeGraph(graph, graph.nodes);
}

function encodeText(text: string): HostTensor {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > TEXT_BYTES) {
    throw new RangeError(`exchange: expected at most ${TEXT_BYTES} bytes, got ${bytes.length}`);
  }
  const values = new Int32Array(1 + TEXT_BYTES);
  values[0] = bytes.length;
  values.set(bytes, 1);
  return { type: "int32", shape: [values.length], values };
}

function decodeText(gathered: Int32Array, index: number): string {
  const start = index * (1 + TEXT_BYTES);
  const length = gathered[start] ?? 0;
  return new TextDecoder().decode(
    Uint8Array.from(gathered.subarray(start + 1, start + 1 + length)),
  );
}
