/** Starts members of a cluster as processes, on free ports of this machine. Needs the build. */
import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { join } from "node:path";
import { freeAddresses } from "../../src/distributed/free-addresses.ts";
import { repositoryRoot } from "../support/repository-root.ts";

const PROGRAM = join(import.meta.dirname, "../programs/cluster-member.mjs");

export interface MemberResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningMember {
  readonly process: ChildProcess;
  readonly done: Promise<MemberResult>;
  /** Resolves when it has written `text`. */
  says(text: string): Promise<void>;
  /** Resolves when its server accepts connections. */
  listens(address: string): Promise<void>;
}

export async function freePorts(count: number): Promise<number[]> {
  return (await freeAddresses(count)).map((address) => Number(address.split(":")[1]));
}

export function startMember(plan: object): RunningMember {
  const child = spawn(process.execPath, [
    PROGRAM,
    JSON.stringify({ root: repositoryRoot, ...plan }),
  ]);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const done = new Promise<MemberResult>((resolve) =>
    child.on("close", (code) => resolve({ code, stdout, stderr })),
  );
  const until = async (holds: () => Promise<boolean>) => {
    while (!(await holds())) {
      if (child.exitCode !== null) throw new Error(`until: it ended first: ${stdout}${stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return {
    process: child,
    done,
    async says(text) {
      await until(async () => stdout.includes(text));
    },
    async listens(address) {
      await until(() => accepts(address));
    },
  };
}

function accepts(address: string): Promise<boolean> {
  const [host = "", port] = address.split(":");
  return new Promise((resolve) => {
    const socket = connect(Number(port), host);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
