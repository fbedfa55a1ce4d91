/** Opens the port, and turns the usual refusals of the system into a sentence with a remedy. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const IDLE_CHECK_MS = 50;

/**
 * How long a client may take: a head that trickles in, a connection that says nothing more. Node looks
 * after each interval, and closes those that are late with 408. Bodies are the matter of the app, which
 * knows an upload from another one.
 */
const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 0,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
} as const;

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Milliseconds, by the names of `http.createServer`. */
  readonly timeouts?: Readonly<Record<keyof typeof TIMEOUTS, number>>;
}

export class ListenError extends Error {
  override readonly name = "ListenError";
}

/**
 * @param port 0 takes any free one.
 * @returns the server and its address, such as http://127.0.0.1:8080.
 * @throws {ListenError} with the remedy.
 */
export async function listen(
  listener: RequestListener,
  { host, port, timeouts = TIMEOUTS }: ListenOptions,
): Promise<{ server: Server; url: string }> {
  const server = createServer(timeouts, listener);
  await new Promise<void>((resolve, reject) => {
    const refuse = (cause: NodeJS.ErrnoException) =>
      reject(new ListenError(explain(cause.code, host, port), { cause }));
    server.once("error", refuse);
    server.listen(port, host, () => {
      server.off("error", refuse);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return { server, url: `http://${name}:${address.port}` };
}

function explain(code: string | undefined, host: string, port: number): string {
  switch (code) {
    case "EADDRINUSE":
      return `listen: port ${port} of ${host} is in use; stop the other program, or choose another port with --port`;
    case "EACCES":
      return `listen: port ${port} may not be opened by this user; choose one from 1024 on with --port`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `listen: ${host} is no address of this machine; use --host 127.0.0.1, or 0.0.0.0 for all`;
    default:
      return `listen: ${host}:${port} cannot be opened (${code ?? "unknown cause"}); choose another with --host and --port`;
  }
}

/**
 * Closes `server`: no new connections, idle ones cut, requests in flight finished.
 * @param graceMs after which the connections that are left are cut.
 */
export async function closeGracefully(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // a kept-alive connection becomes idle only when its answer is out
  const dropIdle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(dropIdle);
  clearTimeout(cut);
}
