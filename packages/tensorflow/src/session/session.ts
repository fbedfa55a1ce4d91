/**
 * A TensorFlow session whose graph grows: `extend` adds nodes, and all of them share the session's
 * variables. `run` is asynchronous: the step computes on a thread of libuv's pool while the event
 * loop stays free. Feeds and fetches are named as TensorFlow does, "node" or "node:1". A signature
 * (names of feeds, fetches, targets) is resolved to pointers once and kept.
 */
import { type CApi, loadCApi, type Pointer, type TensorFlowLibraries } from "./c-api.ts";
import { encodeConfig, type SessionConfig } from "./config.ts";
import { checkStatus, TensorFlowError, withStatus } from "./errors.ts";
import { type CollectiveRun, collectiveRunOptions, profilingRunOptions } from "./run-options.ts";
import { type NodeTime, readStepStats } from "./step-stats.ts";
import { fromTensorFlow, type HostTensor, toTensorFlow } from "./tensor.ts";

export interface Session {
  /** TensorFlow's version, for instance "2.21.0". */
  readonly version: string;
  /**
   * Adds the nodes of a serialised GraphDef, their names under "prefix/".
   * @throws {TensorFlowError} where TensorFlow refuses them.
   */
  extend(graphDef: Uint8Array, prefix: string): void;
  /**
   * Runs the part of the graph that `fetches` and `targets` need.
   * @returns one tensor a fetch, in order.
   * @throws {TensorFlowError} with TensorFlow's message and the node's name.
   */
  run(request: RunRequest): Promise<HostTensor[]>;
  /** As `run`, but returns how long each node took; the run is a little slower. */
  profile(request: RunRequest): Promise<NodeTime[]>;
  /** Ends running steps with CANCELLED; nothing runs after it. */
  cancel(): void;
  /** Waits for running steps, then frees the graph and its variables. A second call does nothing. */
  close(): Promise<void>;
}

export interface RunRequest {
  readonly feeds?: Readonly<Record<string, HostTensor>>;
  readonly fetches?: readonly string[];
  /** Operations that run for their effect. */
  readonly targets?: readonly string[];
  /** Of a run whose graph has collective operations. */
  readonly collective?: CollectiveRun;
}

/** sizeof(TF_Output): an operation's pointer, an int index, padding. */
const OUTPUT_BYTES = 16;

/** An empty session. @throws {TensorFlowError} where TensorFlow refuses the settings. */
export function openSession(libraries: TensorFlowLibraries, config: SessionConfig = {}): Session {
  const api = loadCApi(libraries);
  const graph = api.newGraph();
  const session = createSession(api, graph, config);
  return sessionOf(api, { graph, session, device: config.device });
}

/**
 * A session with the graph of a SavedModel, whoever wrote it, with its tag "serve".
 * @throws {TensorFlowError} where TensorFlow finds none in the folder.
 */
export function openSavedModel(libraries: TensorFlowLibraries, directory: string): Session {
  const api = loadCApi(libraries);
  const graph = api.newGraph();
  const options = api.newSessionOptions();
  try {
    const session = withStatus(api, "openSavedModel", (status) =>
      api.loadSavedModel(options, null, directory, ["serve"], 1, graph, null, status),
    );
    return sessionOf(api, { graph, session });
  } catch (error) {
    api.deleteGraph(graph);
    throw error;
  } finally {
    api.deleteSessionOptions(options);
  }
}

interface OpenedSession {
  readonly graph: Pointer;
  readonly session: Pointer;
  /** Where graphs that are added go; TensorFlow's choice without. */
  readonly device?: string | undefined;
}

function sessionOf(api: CApi, { graph, session, device }: OpenedSession): Session {
  const signatures = new Map<string, Signature>();
  const running = new Set<Promise<unknown>>();
  let closed = false;
  let cancelled = false;

  const signatureOf = (feeds: string[], fetches: readonly string[], targets: readonly string[]) => {
    const name = JSON.stringify([feeds, fetches, targets]);
    let signature = signatures.get(name);
    if (signature === undefined) {
      signature = {
        inputs: resolveOutputs(api, graph, feeds),
        outputs: resolveOutputs(api, graph, fetches),
        targets: BigUint64Array.from(targets, (target) => findOperation(api, graph, target)),
      };
      signatures.set(name, signature);
    }
    return signature;
  };

  const start = async <Result>(
    { feeds = {}, fetches = [], targets = [], collective }: RunRequest,
    runSignature: RunSignature<Result>,
  ) => {
    if (closed || cancelled) throw new Error("run: expected an open session, got a closed one");
    const signature = signatureOf(Object.keys(feeds), fetches, targets);
    return runSignature(api, session, signature, Object.values(feeds), collective);
  };
  /** `close` waits for it. */
  const tracked = <Result>(result: Promise<Result>): Promise<Result> => {
    const settled = result.catch(() => undefined).finally(() => running.delete(settled));
    running.add(settled);
    return result;
  };

  return {
    version: api.version,
    extend(graphDef, prefix) {
      importGraph(api, graph, graphDef, { prefix, device });
    },
    run: (request) => tracked(start(request, runOnce)),
    profile: (request) => tracked(start(request, profileOnce)),
    cancel() {
      if (closed || cancelled) return;
      cancelled = true;
      withStatus(api, "TF_CloseSession", (status) => api.closeSession(session, status));
    },
    async close() {
      if (closed) return;
      closed = true;
      await Promise.all(running);
      if (!cancelled) {
        withStatus(api, "TF_CloseSession", (status) => api.closeSession(session, status));
      }
      withStatus(api, "TF_DeleteSession", (status) => api.deleteSession(session, status));
      api.deleteGraph(graph);
    },
  };
}

interface Signature {
  readonly inputs: Uint8Array;
  readonly outputs: Uint8Array;
  readonly targets: BigUint64Array;
}

type RunSignature<Result> = (
  api: CApi,
  session: Pointer,
  signature: Signature,
  feeds: readonly HostTensor[],
  collective: CollectiveRun | undefined,
) => Promise<Result>;

const runOnce: RunSignature<HostTensor[]> = async (api, session, signature, feeds, collective) => {
  if (collective === undefined) return runWith(api, session, signature, feeds);
  return withRunOptions(api, collectiveRunOptions(collective), (options) =>
    runWith(api, session, signature, feeds, { options, metadata: null }),
  );
};

interface RunBuffers {
  readonly options: Pointer | null;
  readonly metadata: Pointer | null;
}

async function runWith(
  api: CApi,
  session: Pointer,
  signature: Signature,
  feeds: readonly HostTensor[],
  { options, metadata }: RunBuffers = { options: null, metadata: null },
): Promise<HostTensor[]> {
  const inputValues = new BigUint64Array(feeds.length);
  const outputValues = new BigUint64Array(signature.outputs.byteLength / OUTPUT_BYTES);
  const status = api.newStatus();
  try {
    feeds.forEach((feed, index) => {
      inputValues[index] = toTensorFlow(api, feed);
    });
    await new Promise<void>((resolve, reject) => {
      api.runSession(
        {
          session,
          options,
          ...signature,
          inputValues,
          inputCount: inputValues.length,
          outputValues,
          outputCount: outputValues.length,
          targetCount: signature.targets.length,
          metadata,
          status,
        },
        (error) => (error === null ? resolve() : reject(error)),
      );
    });
    checkStatus(api, "run", status);
    return Array.from(outputValues, (pointer) => fromTensorFlow(api, pointer));
  } finally {
    for (const pointer of [...inputValues, ...outputValues]) {
      if (pointer !== 0n) api.deleteTensor(pointer);
    }
    api.deleteStatus(status);
  }
}

const profileOnce: RunSignature<NodeTime[]> = async (api, session, signature, feeds) =>
  withRunOptions(api, profilingRunOptions(), async (options) => {
    const metadata = api.emptyBuffer();
    try {
      await runWith(api, session, signature, feeds, { options, metadata });
      return readStepStats(api.bufferBytes(metadata));
    } finally {
      api.deleteBuffer(metadata);
    }
  });

async function withRunOptions<Result>(
  api: CApi,
  bytes: Uint8Array,
  run: (options: Pointer) => Promise<Result>,
): Promise<Result> {
  const options = api.newBuffer(bytes, bytes.byteLength);
  try {
    return await run(options);
  } finally {
    api.deleteBuffer(options);
  }
}

function importGraph(
  api: CApi,
  graph: Pointer,
  graphDef: Uint8Array,
  { prefix, device }: { readonly prefix: string; readonly device: string | undefined },
): void {
  const buffer = api.newBuffer(graphDef, graphDef.byteLength);
  const options = api.newImportOptions();
  try {
    api.setImportPrefix(options, prefix);
    if (device !== undefined) api.setImportDevice(options, device);
    withStatus(api, "extend", (status) => api.importGraph(graph, buffer, options, status));
  } finally {
    api.deleteImportOptions(options);
    api.deleteBuffer(buffer);
  }
}

function createSession(api: CApi, graph: Pointer, config: SessionConfig): Pointer {
  const options = api.newSessionOptions();
  const bytes = encodeConfig(config);
  try {
    if (config.server !== undefined) api.setTarget(options, config.server.target);
    withStatus(api, "openSession", (status) =>
      api.setConfig(options, bytes, bytes.byteLength, status),
    );
    return withStatus(api, "openSession", (status) => api.newSession(graph, options, status));
  } catch (error) {
    api.deleteGraph(graph);
    throw error;
  } finally {
    api.deleteSessionOptions(options);
  }
}

function resolveOutputs(api: CApi, graph: Pointer, names: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(names.length * OUTPUT_BYTES);
  const view = new DataView(bytes.buffer);
  names.forEach((name, position) => {
    const [operation = "", index = "0"] = name.split(":");
    view.setBigUint64(position * OUTPUT_BYTES, findOperation(api, graph, operation), true);
    view.setInt32(position * OUTPUT_BYTES + 8, Number(index), true);
  });
  return bytes;
}

function findOperation(api: CApi, graph: Pointer, name: string): Pointer {
  const operation = api.operationByName(graph, name);
  if (operation === null || operation === 0n) {
    throw new TensorFlowError("run", "NOT_FOUND", `the graph has no node '${name}'`);
  }
  return operation;
}
