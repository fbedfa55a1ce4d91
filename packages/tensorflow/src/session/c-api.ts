/**
 * TensorFlow's C API (tensorflow/c/c_api.h) as typed functions, called through koffi on the library
 * files that the runtime installed: no native code of this project. Pointers are bigints; arrays
 * of pointers are BigUint64Arrays that koffi passes by address, so that a step converts nothing.
 */
import koffi, { type LibraryHandle } from "koffi";
import { mapLibrary } from "../runtime/map-library.ts";

export type Pointer = bigint;

export interface CApi {
  readonly version: string;
  allocateTensor(type: number, shape: BigInt64Array, rank: number, sizeBytes: number): Pointer;
  deleteTensor(tensor: Pointer): void;
  tensorData(tensor: Pointer): Pointer;
  tensorType(tensor: Pointer): number;
  tensorRank(tensor: Pointer): number;
  tensorDimension(tensor: Pointer, axis: number): number | bigint;
  tensorSizeBytes(tensor: Pointer): number;
  copyIn(target: Pointer, source: NodeJS.TypedArray, sizeBytes: number): void;
  copyOut(target: NodeJS.TypedArray, source: Pointer, sizeBytes: number): void;
  newStatus(): Pointer;
  deleteStatus(status: Pointer): void;
  statusCode(status: Pointer): number;
  statusMessage(status: Pointer): string;
  newBuffer(bytes: Uint8Array, sizeBytes: number): Pointer;
  deleteBuffer(buffer: Pointer): void;
  emptyBuffer(): Pointer;
  /** What TensorFlow wrote into `buffer`, copied. */
  bufferBytes(buffer: Pointer): Uint8Array;
  newGraph(): Pointer;
  deleteGraph(graph: Pointer): void;
  newImportOptions(): Pointer;
  deleteImportOptions(options: Pointer): void;
  setImportPrefix(options: Pointer, prefix: string): void;
  setImportDevice(options: Pointer, device: string): void;
  importGraph(graph: Pointer, definition: Pointer, options: Pointer, status: Pointer): void;
  operationByName(graph: Pointer, name: string): Pointer | null;
  newSessionOptions(): Pointer;
  deleteSessionOptions(options: Pointer): void;
  setConfig(options: Pointer, bytes: Uint8Array, sizeBytes: number, status: Pointer): void;
  setTarget(options: Pointer, target: string): void;
  newSession(graph: Pointer, options: Pointer, status: Pointer): Pointer;
  /** Arguments of TF_LoadSessionFromSavedModel in its order; nothing of the MetaGraphDef is asked for. */
  loadSavedModel(
    options: Pointer,
    runOptions: null,
    directory: string,
    tags: readonly string[],
    tagCount: number,
    graph: Pointer,
    metaGraph: null,
    status: Pointer,
  ): Pointer;
  closeSession(session: Pointer, status: Pointer): void;
  deleteSession(session: Pointer, status: Pointer): void;
  /** Lives until the process ends: TensorFlow cannot stop a server. */
  newServer(definition: Uint8Array, sizeBytes: number, status: Pointer): Pointer;
  startServer(server: Pointer, status: Pointer): void;
  serverTarget(server: Pointer): string;
  sessionDevices(session: Pointer, status: Pointer): Pointer;
  deviceCount(devices: Pointer): number;
  deviceName(devices: Pointer, index: number, status: Pointer): string;
  deviceType(devices: Pointer, index: number, status: Pointer): string;
  deviceMemory(devices: Pointer, index: number, status: Pointer): number | bigint;
  deleteDevices(devices: Pointer): void;
  /** On a thread of libuv's pool; the callback runs on the event loop. Memory must stay referenced. */
  runSession(call: SessionRunCall, done: (error: Error | null) => void): void;
}

/** Arguments of TF_SessionRun in its order. */
interface SessionRunCall {
  readonly session: Pointer;
  /** A buffer with RunOptions; null: the defaults. */
  readonly options: Pointer | null;
  readonly inputs: Uint8Array;
  readonly inputValues: BigUint64Array;
  readonly inputCount: number;
  readonly outputs: Uint8Array;
  readonly outputValues: BigUint64Array;
  readonly outputCount: number;
  readonly targets: BigUint64Array;
  readonly targetCount: number;
  /** A buffer that receives RunMetadata; null: none. */
  readonly metadata: Pointer | null;
  readonly status: Pointer;
}

/** Absolute paths of the two library files. */
export interface TensorFlowLibraries {
  readonly framework: string;
  readonly tensorflow: string;
}

const loaded = new Map<string, CApi>();

/**
 * Maps TensorFlow into the process; a second call with the same files returns the same functions.
 * @throws {Error} naming the file and dlopen's reason.
 */
export function loadCApi(libraries: TensorFlowLibraries): CApi {
  const known = loaded.get(libraries.tensorflow);
  if (known !== undefined) return known;
  mapLibrary(libraries.framework);
  mapLibrary(libraries.tensorflow);
  const api = bind(koffi.load(libraries.tensorflow), koffi.load(null));
  loaded.set(libraries.tensorflow, api);
  return api;
}

function bind(library: LibraryHandle, system: LibraryHandle): CApi {
  const p = "void *";
  const f = (name: string, result: string, parameters: string[]) =>
    library.func(`TF_${name}`, result, parameters);
  const sessionRun = f("SessionRun", "void", [p, p, p, p, "int", p, p, "int", p, "int", p, p]);
  const memcpy = system.func("memcpy", p, [p, p, "size_t"]);
  return {
    version: f("Version", "str", [])(),
    allocateTensor: f("AllocateTensor", p, ["int", p, "int", "size_t"]),
    deleteTensor: f("DeleteTensor", "void", [p]),
    tensorData: f("TensorData", p, [p]),
    tensorType: f("TensorType", "int", [p]),
    tensorRank: f("NumDims", "int", [p]),
    tensorDimension: f("Dim", "int64_t", [p, "int"]),
    tensorSizeBytes: f("TensorByteSize", "size_t", [p]),
    copyIn: memcpy,
    copyOut: memcpy,
    newStatus: f("NewStatus", p, []),
    deleteStatus: f("DeleteStatus", "void", [p]),
    statusCode: f("GetCode", "int", [p]),
    statusMessage: f("Message", "str", [p]),
    newBuffer: f("NewBufferFromString", p, [p, "size_t"]),
    deleteBuffer: f("DeleteBuffer", "void", [p]),
    emptyBuffer: f("NewBuffer", p, []),
    bufferBytes(buffer) {
      // TF_Buffer: const void* data; size_t length; …
      const header = new BigUint64Array(2);
      memcpy(header, buffer, header.byteLength);
      const [data = 0n, length = 0n] = header;
      const bytes = new Uint8Array(Number(length));
      if (length > 0n) memcpy(bytes, data, bytes.byteLength);
      return bytes;
    },
    newGraph: f("NewGraph", p, []),
    deleteGraph: f("DeleteGraph", "void", [p]),
    newImportOptions: f("NewImportGraphDefOptions", p, []),
    deleteImportOptions: f("DeleteImportGraphDefOptions", "void", [p]),
    setImportPrefix: f("ImportGraphDefOptionsSetPrefix", "void", [p, "str"]),
    setImportDevice: f("ImportGraphDefOptionsSetDefaultDevice", "void", [p, "str"]),
    importGraph: f("GraphImportGraphDef", "void", [p, p, p, p]),
    operationByName: f("GraphOperationByName", p, [p, "str"]),
    newSessionOptions: f("NewSessionOptions", p, []),
    deleteSessionOptions: f("DeleteSessionOptions", "void", [p]),
    setConfig: f("SetConfig", "void", [p, p, "size_t", p]),
    setTarget: f("SetTarget", "void", [p, "str"]),
    newSession: f("NewSession", p, [p, p, p]),
    loadSavedModel: f("LoadSessionFromSavedModel", p, [p, p, "str", "str *", "int", p, p, p]),
    closeSession: f("CloseSession", "void", [p, p]),
    deleteSession: f("DeleteSession", "void", [p, p]),
    newServer: f("NewServer", p, [p, "size_t", p]),
    startServer: f("ServerStart", "void", [p, p]),
    serverTarget: f("ServerTarget", "str", [p]),
    sessionDevices: f("SessionListDevices", p, [p, p]),
    deviceCount: f("DeviceListCount", "int", [p]),
    deviceName: f("DeviceListName", "str", [p, "int", p]),
    deviceType: f("DeviceListType", "str", [p, "int", p]),
    deviceMemory: f("DeviceListMemoryBytes", "int64_t", [p, "int", p]),
    deleteDevices: f("DeleteDeviceList", "void", [p]),
    runSession(call, done) {
      sessionRun.async(
        call.session,
        call.options,
        call.inputs,
        call.inputValues,
        call.inputCount,
        call.outputs,
        call.outputValues,
        call.outputCount,
        call.targets,
        call.targetCount,
        call.metadata,
        call.status,
        done,
      );
    },
  };
}
