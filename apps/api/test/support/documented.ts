/** Holds answers of the app to its own OpenAPI document, by a validator that knows nothing of zod. */
import { Ajv2020 } from "ajv/dist/2020.js";
import type { OpenApiDocument } from "../../src/openapi/document.ts";

export interface Answer {
  readonly status: number;
  /** Media type, without parameters. */
  readonly type: string;
  readonly text: string;
}

const toPointer = (part: string) => part.replaceAll("~", "~0").replaceAll("/", "~1");

/** @returns what is wrong with an answer; undefined where the document allows it. */
export function createDocumentCheck(document: OpenApiDocument) {
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  ajv.addSchema(document, "document");
  const validate = (pointer: string, value: unknown): string | undefined => {
    const check = ajv.getSchema(`document#${pointer}`);
    if (check === undefined) return `no schema at ${pointer}`;
    return check(value) ? undefined : `${pointer}: ${ajv.errorsText(check.errors)}`;
  };
  return (path: string, method: string, { status, type, text }: Answer): string | undefined => {
    const pointer = `/paths/${toPointer(path)}/${method}/responses/${status}`;
    const paths = document.paths as Record<string, Record<string, { responses: object }>>;
    const responses = paths[path]?.[method]?.responses as Record<string, { content?: object }>;
    const response = responses?.[status];
    if (response === undefined) return `${method} ${path} documents no status ${status}`;
    if (response.content === undefined) return text === "" ? undefined : "a body where none is";
    const content = response.content as Record<string, { schema: { description?: string } }>;
    if (content[type] === undefined) return `${method} ${path} ${status} documents no ${type}`;
    if (type === "application/x-ndjson") {
      const line = content[type].schema.description?.match(/#(\/components\/schemas\/\w+)/)?.[1];
      if (line === undefined) return `${method} ${path} does not name the schema of its lines`;
      const values = text
        .trimEnd()
        .split("\n")
        .map((each): unknown => JSON.parse(each));
      return values.map((value) => validate(line, value)).find((wrong) => wrong !== undefined);
    }
    if (!type.endsWith("json")) return undefined;
    return validate(`${pointer}/content/${toPointer(type)}/schema`, JSON.parse(text));
  };
}
