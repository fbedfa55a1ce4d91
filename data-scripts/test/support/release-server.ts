/**
 * A release area on this machine that can fail in the ways that real ones do. Each request for the
 * file takes the next of `answers`; when they are used up, the server is a good one.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export interface Version {
  readonly bytes: Uint8Array;
  readonly release: string;
  /** Left out of answers where empty. */
  readonly etag?: string;
  readonly lastModified?: string;
  /** What the metalink says instead of the truth. */
  readonly claimed?: { readonly md5?: string; readonly sizeBytes?: number };
}

/** What one answer needs to know. */
interface Exchange {
  readonly version: Version;
  readonly headers: IncomingHttpHeaders;
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly received: () => number;
}

type Answer = (exchange: Exchange) => unknown;

export interface ReleaseServer extends AsyncDisposable {
  readonly base: string;
  /** What is published now; may be replaced. */
  version: Version;
  /** For the coming requests for the file. */
  readonly answers: Answer[];
  /** Headers of each request for the file. */
  readonly requests: IncomingHttpHeaders[];
  /** Bytes that the client has stored; connections are cut when they are what was sent. */
  received: () => number;
  /** For the coming requests for the metalink. */
  readonly metalinkAnswers: Answer[];
}

export const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

/** Serves Swiss-Prot only. */
export async function startReleaseServer(version: Version): Promise<ReleaseServer> {
  const answers: Answer[] = [];
  const metalinkAnswers: Answer[] = [];
  const requests: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    const { headers, socket } = request;
    const { version, received } = area;
    const exchange = { version, headers, response, socket, received };
    const folder = "/current_release/knowledgebase/complete/";
    if (request.url === `${folder}RELEASE.metalink`) {
      (metalinkAnswers.shift() ?? sendMetalink)(exchange);
    } else if (request.url === `${folder}uniprot_sprot.fasta.gz`) {
      requests.push(headers);
      (answers.shift() ?? sendFile)(exchange);
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const area: ReleaseServer = {
    base: `http://127.0.0.1:${port}/`,
    version,
    answers,
    requests,
    received: () => 0,
    metalinkAnswers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return area;
}

function sendMetalink({ version, response }: Exchange): void {
  const { bytes, release, claimed } = version;
  response.end(`<?xml version="1.0" encoding="UTF-8"?>
<metalink version="3.0" xmlns="http://www.metalinker.org/" type="static">
  <version>${release}</version>
  <files>
    <file name="other.fasta.gz"><size>1</size></file>
    <file name="uniprot_sprot.fasta.gz">
      <size>${claimed?.sizeBytes ?? bytes.length}</size>
      <verification><hash type="md5">${claimed?.md5 ?? md5(bytes)}</hash></verification>
      <resources><url location="gb" preference="100">ftp://example.invalid/x</url></resources>
    </file>
  </files>
</metalink>`);
}

/** With ranges and validators as RFC 9110 wants them. */
const sendFile: Answer = ({ version, headers, response }) => {
  const { bytes, etag, lastModified } = version;
  const start = rangeStart(headers);
  const isCurrent = [etag, lastModified].includes(String(headers["if-range"]));
  if (start > 0 && isCurrent) {
    response.writeHead(206, { ...describe(version), ...range(version, start) });
    response.end(bytes.subarray(start));
  } else {
    response.writeHead(200, { ...describe(version), "Content-Length": bytes.length });
    response.end(bytes);
  }
};

/** Sends as much as `sendFile` would up to byte `end`, then cuts the connection. */
export function dropAt(end: number): Answer {
  return ({ version, headers, response, socket, received }) => {
    const start = rangeStart(headers);
    const head =
      start > 0
        ? { ...describe(version), ...range(version, start) }
        : { ...describe(version), "Content-Length": version.bytes.length };
    response.writeHead(start > 0 ? 206 : 200, head);
    response.write(version.bytes.subarray(start, end));
    cutWhen(() => received() === end, socket);
  };
}

/** The whole file with 200, whatever range was asked for, up to byte `end`. */
export function ignoreRange(end?: number): Answer {
  return ({ version, response, socket, received }) => {
    response.writeHead(200, { ...describe(version), "Content-Length": version.bytes.length });
    if (end === undefined) return response.end(version.bytes);
    response.write(version.bytes.subarray(0, end));
    cutWhen(() => received() === end, socket);
  };
}

/** fetch throws away what it has not handed over when a connection breaks, so the cut waits for it. */
function cutWhen(isStored: () => boolean, socket: Socket): void {
  const timer = setInterval(() => {
    if (socket.destroyed || isStored()) {
      clearInterval(timer);
      socket.destroy();
    }
  }, 5);
}

/** Says nothing of a length and ends in good order, too early. */
export function endAt(end: number): Answer {
  return ({ version, response }) => {
    response.writeHead(200, describe(version));
    response.end(version.bytes.subarray(0, end));
  };
}

export function refuse(status: number, headers: Record<string, string> = {}): Answer {
  return ({ response }) => response.writeHead(status, headers).end();
}

function rangeStart({ range: asked }: IncomingHttpHeaders): number {
  return Number(/^bytes=(\d+)-$/.exec(asked ?? "")?.[1] ?? 0);
}

export function range({ bytes }: Version, start: number): Record<string, string | number> {
  return {
    "Content-Range": `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
    "Content-Length": bytes.length - start,
  };
}

export function describe({ etag, lastModified }: Version): Record<string, string> {
  return { ...(etag && { ETag: etag }), ...(lastModified && { "Last-Modified": lastModified }) };
}
