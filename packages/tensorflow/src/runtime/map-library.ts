/**
 * Maps a shared library into the process for good, before tfjs-node's addon or koffi asks for it, and
 * without its greeting: on processors with AVX-512, TensorFlow writes two lines about oneDNN from a
 * static initialiser, before any log level can be set.
 */
import koffi from "koffi";

/**
 * RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE. TensorFlow's threads outlive the unloading that koffi does
 * at exit, which crashes; a library marked NODELETE stays mapped until the process ends.
 */
const DLOPEN_FLAGS = process.platform === "darwin" ? 0x2 | 0x8 | 0x80 : 0x1102;

const O_WRONLY = 1;
const STANDARD_ERROR = 2;

/** @throws {Error} naming the file and dlopen's reason. */
export function mapLibrary(path: string): void {
  const dlopen = systemFunction("dlopen", "void *", ["str", "int"]);
  if (withoutStandardError(() => dlopen(path, DLOPEN_FLAGS))) return;
  const dlerror = systemFunction("dlerror", "str", []);
  throw new Error(
    `mapLibrary: expected a loadable library at ${path}, got "${dlerror()}"; install the runtime again`,
  );
}

/** What the C code of `call` writes to file descriptor 2 is dropped; a failure is told by its result. */
function withoutStandardError<Result>(call: () => Result): Result {
  const dup = systemFunction("dup", "int", ["int"]);
  const dup2 = systemFunction("dup2", "int", ["int", "int"]);
  const open = systemFunction("open", "int", ["str", "int"]);
  const close = systemFunction("close", "int", ["int"]);
  const kept = dup(STANDARD_ERROR);
  const nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, STANDARD_ERROR);
  try {
    return call();
  } finally {
    dup2(kept, STANDARD_ERROR);
    close(kept);
    close(nowhere);
  }
}

function systemFunction(name: string, result: string, parameters: string[]) {
  return koffi.load(null).func(name, result, parameters);
}
