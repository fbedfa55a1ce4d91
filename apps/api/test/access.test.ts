/** Who gets in: keys, the rate, other origins. */
import { mkdtemp, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import request from "supertest";
import { beforeEach, describe, expect, it } from "vitest";
import { createKey, openKeyRing, readKeys, revokeKey } from "../src/api-keys.ts";
import { fakeApp } from "./fakes.ts";

let file: string;
beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), "keys-")), "keys.json");
});

describe("the file of keys", () => {
  it("holds neither key nor secret, is its owner's alone, and names each key", async () => {
    const keys = [await createKey(file, "anna"), await createKey(file, "ben")];
    const text = await readFile(file, "utf8");
    for (const key of keys) {
      expect(key).toMatch(/^pp_[0-9a-f]{8}_[\w-]{43}$/);
      expect(text).not.toContain(key.slice(12));
    }
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readKeys(file, "throw")).map(({ name }) => name)).toEqual(["anna", "ben"]);
    const [first, second] = await readKeys(file, "throw");
    expect(first?.salt).not.toBe(second?.salt);
  });

  it("finds a key, and none that differs in one character, in id or in secret", async () => {
    const key = await createKey(file, "anna");
    const ring = await openKeyRing(file);
    expect(await ring.find(key)).toMatchObject({ name: "anna" });
    for (const at of [3, 12, key.length - 2]) {
      const other = key[at] === "0" ? "1" : "0";
      expect(await ring.find(`${key.slice(0, at)}${other}${key.slice(at + 1)}`)).toBeUndefined();
    }
    for (const wrong of ["", "pp_", `${key}x`, key.slice(1)]) {
      expect(await ring.find(wrong)).toBeUndefined();
    }
  });

  it("is followed: a revoked key is refused and a new one taken without a restart", async () => {
    const key = await createKey(file, "anna");
    const ring = await openKeyRing(file);
    const [stored] = await readKeys(file, "throw");
    expect(await revokeKey(file, stored?.id ?? "")).toBe(true);
    expect(await revokeKey(file, stored?.id ?? "")).toBe(false);
    const next = await createKey(file, "ben");
    await expect.poll(() => ring.find(key), { timeout: 10_000 }).toBeUndefined();
    expect(await ring.find(next)).toMatchObject({ name: "ben" });
  });

  it("is needed: one that is not there is refused with the command that makes it", async () => {
    await expect(openKeyRing(file)).rejects.toThrow("performer keys create NAME --file FILE");
  });
});

describe("a server with keys", () => {
  it("asks for one at every address that says something of models or runs, and nowhere else", async () => {
    const key = await createKey(file, "anna");
    const app = fakeApp({ keys: await openKeyRing(file) });
    for (const path of ["/v1/models", "/v1/runs", "/v1/runs/demo/events", "/metrics"]) {
      const refused = await request(app).get(path).expect(401);
      expect(refused.body).toMatchObject({ status: 401, field: "Authorization" });
      expect(refused.headers["www-authenticate"]).toBe("Bearer");
      await request(app).get(path).set("Authorization", `Bearer ${key}`).expect(200);
    }
    const body = { sequence: "MKT" };
    await request(app).post("/v1/embeddings").send(body).expect(401);
    await request(app).post("/v1/embeddings").auth(key, { type: "bearer" }).send(body).expect(200);
    for (const wrong of [`Bearer ${key}x`, `Basic ${key}`, key, "Bearer"]) {
      await request(app).get("/v1/models").set("Authorization", wrong).expect(401);
    }
    for (const path of ["/health", "/ready", "/openapi.json", "/docs"]) {
      await request(app).get(path).expect(200);
    }
  });
});

describe("a rate limit", () => {
  it("answers 429 with Retry-After past it, each key by itself, and never keeps /health from answering", async () => {
    const [anna, ben] = [await createKey(file, "anna"), await createKey(file, "ben")];
    const app = fakeApp({ keys: await openKeyRing(file), requestsPerMinute: 2 });
    const ask = (key: string) => request(app).get("/v1/models").auth(key, { type: "bearer" });
    await ask(anna).expect(200);
    await ask(anna).expect(200);
    const refused = await ask(anna).expect(429);
    expect(refused.type).toBe("application/problem+json");
    expect(refused.body).toMatchObject({
      type: "urn:protein-performer:problem:rate-limited",
      limit: 2,
    });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    await ask(ben).expect(200);
    for (let i = 0; i < 5; i++) await request(app).get("/health").expect(200);
  });
});

describe("the names of a server", () => {
  it("are those that it was given, whatever the port; another name is another site's", async () => {
    const app = fakeApp({ hosts: ["localhost", "127.0.0.1", "[::1]", "lab.example"] });
    const ask = (host: string, path = "/v1/models") => request(app).get(path).set("Host", host);
    for (const host of ["localhost:8080", "127.0.0.1", "[::1]:8080", "LAB.example"]) {
      await ask(host).expect(200);
    }
    for (const host of ["evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example"]) {
      const refused = await ask(host).expect(421);
      expect(refused.type).toBe("application/problem+json");
      expect(refused.body).toMatchObject({ field: "Host" });
      expect(refused.body.detail).toContain("--allow-host");
      for (const path of ["/", "/docs", "/health"]) await ask(host, path).expect(421);
    }
  });
});

describe("pages of other origins", () => {
  const origin = "https://lab.example";
  it("read nothing by default", async () => {
    const response = await request(fakeApp()).get("/v1/models").set("Origin", origin).expect(200);
    expect(response.headers).not.toHaveProperty("access-control-allow-origin");
    await request(fakeApp()).options("/v1/embeddings").set("Origin", origin).expect(405);
  });

  it("read answers where they are named exactly, and no other does", async () => {
    const app = fakeApp({ allowedOrigins: [origin] });
    const allowed = await request(app).get("/v1/models").set("Origin", origin).expect(200);
    expect(allowed.headers["access-control-allow-origin"]).toBe(origin);
    expect(allowed.headers["access-control-expose-headers"]).toContain("X-Model-Fingerprint");
    expect(allowed.headers["vary"]).toContain("Origin");
    const preflight = await request(app)
      .options("/v1/embeddings")
      .set("Origin", origin)
      .set("Access-Control-Request-Method", "POST")
      .expect(204);
    expect(preflight.headers["access-control-allow-headers"]).toContain("Authorization");
    for (const other of [`${origin}.evil.example`, "http://lab.example", "null"]) {
      const { headers } = await request(app).get("/v1/models").set("Origin", other).expect(200);
      expect(headers).not.toHaveProperty("access-control-allow-origin");
    }
  });
});
