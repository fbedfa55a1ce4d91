/** Which members accept connections: what tells a worker that is gone from one that is slow. */
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ClusterError } from "./errors.ts";
import type { Member } from "./membership.ts";

/** "refused": the host is there and nothing listens; "silent": no answer in time. */
type Answer = "open" | "refused" | "silent";

const PROBE_MS = 2_000;
const RETRY_MS = 500;
const WATCH_MS = 1_000;

export interface AnsweringMember {
  readonly member: Member;
  readonly answer: Answer;
}

export async function probeMembers(members: readonly Member[]): Promise<AnsweringMember[]> {
  return Promise.all(
    members.map(async (member) => ({ member, answer: await probe(member.address) })),
  );
}

/** Resolves when all accept connections. @throws {ClusterError} naming those that do not within `seconds`. */
export async function waitForMembers(members: readonly Member[], seconds: number): Promise<void> {
  const deadline = performance.now() + 1000 * seconds;
  let missing = members;
  for (;;) {
    const answers = await probeMembers(missing);
    const closed = answers.filter(({ answer }) => answer !== "open");
    missing = closed.map(({ member }) => member);
    if (missing.length === 0) return;
    if (performance.now() > deadline) {
      throw new ClusterError(
        `waitForMembers: expected every worker within ${seconds} s, got no answer from ${closed.map(describeMember).join(", ")}; start it, or correct its address in the cluster file of every worker`,
      );
    }
    await sleep(RETRY_MS);
  }
}

/** Calls `onGone` once, when a member's process has ended: twice in a row nothing listened. */
export function watchMembers(members: readonly Member[], onGone: () => void): { stop(): void } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const watch = async () => {
    let suspects: readonly Member[] = [];
    for (;;) {
      await sleep(WATCH_MS, undefined, { ref: false, signal });
      const answers = await probeMembers(members);
      const refused = answers.filter(({ answer }) => answer === "refused");
      const now = refused.map(({ member }) => member);
      if (signal.aborted) return;
      if (now.some((member) => suspects.includes(member))) return onGone();
      suspects = now;
    }
  };
  watch().catch((error: Error) => {
    if (error.name !== "AbortError") throw error;
  });
  return { stop: () => stopping.abort() };
}

export function describeMember({ member, answer }: AnsweringMember): string {
  const what = {
    open: "accepts connections",
    refused: "nothing listens there",
    silent: "its host does not answer",
  }[answer];
  return `${member.name} (${member.address}: ${what})`;
}

function probe(address: string): Promise<Answer> {
  const separator = address.lastIndexOf(":");
  const host = address.slice(0, separator).replace(/^\[|\]$/g, "");
  const port = Number(address.slice(separator + 1));
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const answer = (result: Answer) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(PROBE_MS, () => answer("silent"));
    socket.once("connect", () => answer("open"));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      answer(error.code === "ECONNREFUSED" ? "refused" : "silent"),
    );
  });
}
