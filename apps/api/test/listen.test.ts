import { once } from "node:events";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { closeGracefully, ListenError, listen } from "../src/listen.ts";

const host = "127.0.0.1";

describe("listen", () => {
  it("answers at the address that it gives", async () => {
    const { server, url } = await listen((_request, response) => response.end("hello"), {
      host,
      port: 0,
    });
    expect(await (await fetch(url)).text()).toBe("hello");
    await closeGracefully(server, 1000);
  });

  it("says which port is in use and how to choose another", async () => {
    const { server, url } = await listen(() => {}, { host, port: 0 });
    const port = Number(new URL(url).port);
    const second = listen(() => {}, { host, port });
    await expect(second).rejects.toThrow(ListenError);
    await expect(second).rejects.toThrow(`port ${port} of ${host} is in use`);
    await expect(second).rejects.toThrow("--port");
    await closeGracefully(server, 1000);
  });

  it("says that an address is not of this machine", async () => {
    // TEST-NET-1 (RFC 5737) belongs to no machine
    await expect(listen(() => {}, { host: "192.0.2.1", port: 0 })).rejects.toThrow(
      "--host 127.0.0.1",
    );
  });
});

describe("closeGracefully", () => {
  it("finishes the request in flight and refuses new connections", async () => {
    let finish = () => {};
    const { server, url } = await listen(
      (_request, response) => {
        finish = () => response.end("done");
      },
      { host, port: 0 },
    );
    const answer = fetch(url);
    await once(server, "request");
    const closed = closeGracefully(server, 5000);
    await expect(fetch(url)).rejects.toThrow();
    finish();
    expect(await (await answer).text()).toBe("done");
    await closed;
  });

  it("cuts what is left after the grace time", async () => {
    const { server, url } = await listen(() => {}, { host, port: 0 });
    const sockets: Socket[] = [];
    server.on("connection", (socket) => sockets.push(socket));
    const answer = fetch(url).catch(() => "cut");
    await once(server, "request");
    await closeGracefully(server, 20);
    expect(await answer).toBe("cut");
    expect(sockets.every(({ destroyed }) => destroyed)).toBe(true);
  });
});
