/**
 * RELEASE.metalink (Metalink 3.0): which release an address holds now, and the size and MD5 of its files.
 * MD5 is what UniProt publishes: it finds accidents, not forgers; those are left to https.
 */
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { DataError } from "../data-error.ts";

export interface PublishedFile {
  /** "2026_01" */
  readonly version: string;
  readonly sizeBytes: number;
  readonly md5: string;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  isArray: (name) => name === "file" || name === "hash",
});

/**
 * @param url of the document, for messages.
 * @throws {DataError} where it does not say version, size and MD5 of the file.
 */
export function parseMetalink(text: string, file: string, url: string): PublishedFile {
  const validity = XMLValidator.validate(text);
  if (validity !== true) {
    throw notUsable(
      url,
      `XML, got text that is none (${validity.err.msg}, line ${validity.err.line})`,
    );
  }
  const metalink = field(parser.parse(text), "metalink");
  const version = textOf(field(metalink, "version"));
  const files = field(field(metalink, "files"), "file");
  const entry = Array.isArray(files)
    ? files.find((one) => field(one, "@name") === file)
    : undefined;
  const hashes = field(field(entry, "verification"), "hash");
  const hash = Array.isArray(hashes)
    ? hashes.find((one) => field(one, "@type") === "md5")
    : undefined;
  const md5 = textOf(field(hash, "#text")).toLowerCase();
  const size = textOf(field(entry, "size"));
  if (version === "") throw notUsable(url, "the version of the release, got none");
  if (!/^[0-9a-f]{32}$/.test(md5)) throw notUsable(url, `the MD5 of ${file}, got "${md5}"`);
  if (!/^\d{1,15}$/.test(size)) throw notUsable(url, `the size of ${file}, got "${size}"`);
  return { version, sizeBytes: Number(size), md5 };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** An element with attributes is an object with its text in "#text". */
function textOf(value: unknown): string {
  const text = typeof value === "object" ? field(value, "#text") : value;
  return typeof text === "string" ? text.trim() : "";
}

function notUsable(url: string, expected: string): DataError {
  return new DataError(
    `download: expected ${url} to hold ${expected}; check --base, or try again when UniProt has finished publishing`,
  );
}
