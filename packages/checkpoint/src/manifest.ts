/** The manifest of a checkpoint from its text: format version, fields, vocabulary. */
import { TOKEN_NAMES } from "@performer/proteins";
import { CHECKPOINT_FORMAT, CheckpointManifest, parseWith } from "@performer/schema";
import { CheckpointError } from "./checkpoint-error.ts";

export const MANIFEST_FILE = "manifest.json";
export const WEIGHTS_FILE = "weights.safetensors";

/**
 * @param path the checkpoint's folder or address, for the words of an error.
 * @throws {CheckpointError} "corrupt", "version" or "foreign".
 */
export function parseManifest(path: string, text: string): CheckpointManifest {
  try {
    const json: unknown = JSON.parse(text);
    assertVersion(path, json);
    const manifest = parseWith(CheckpointManifest, json, `${path}/${MANIFEST_FILE}`);
    assertVocabulary(path, manifest);
    return manifest;
  } catch (cause) {
    if (cause instanceof CheckpointError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CheckpointError(
      "corrupt",
      path,
      `readManifest: expected a valid manifest, got ${reason}; copy it again or use another checkpoint`,
      { cause },
    );
  }
}

function assertVersion(path: string, json: unknown): void {
  const format =
    typeof json === "object" && json !== null ? Reflect.get(json, "format") : undefined;
  if (typeof format === "number" && format !== CHECKPOINT_FORMAT) {
    throw new CheckpointError(
      "version",
      path,
      `readManifest: expected checkpoint format ${CHECKPOINT_FORMAT}, got ${format} in ${path}; use the version of this software that wrote it`,
    );
  }
}

/** An exported model names its tokens: with others, every id would mean something else. */
function assertVocabulary(path: string, { exported }: CheckpointManifest): void {
  const names = exported?.vocabulary;
  if (names === undefined || names.join(" ") === TOKEN_NAMES.join(" ")) return;
  const at = TOKEN_NAMES.findIndex((name, id) => name !== names[id]);
  throw new CheckpointError(
    "foreign",
    path,
    `readManifest: expected the ${TOKEN_NAMES.length} tokens of this software, got ${names.length} in ${path}, where id ${at} is ${names[at] ?? "missing"}; use the version of this software that exported it`,
  );
}
