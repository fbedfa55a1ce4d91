/** A disk that takes no more, twice: a limit of the system on a file, and a file system that is really full. */
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { openedStore, storePath } from "./support.ts";

const run = promisify(execFile);
const program = join(import.meta.dirname, "programs/book-until-full.mjs");

/** Runs the program in a shell that `limit` has limited. @returns what it says. */
async function bookUntilFull(limit: string, path: string) {
  const script = `${limit} && exec "$0" "$1" "$2"`;
  const { stdout } = await run("bash", ["-c", script, process.execPath, program, path]);
  return JSON.parse(stdout);
}

/** A file system of its own, for the program alone; not every kernel lets a user have one. */
const mountSmall = (folder: string) =>
  `unshare --user --map-root-user --mount bash -c 'mount -t tmpfs -o size=1m none "${folder}" && exec "$@"' --`;
const mountReason = await run("bash", ["-c", `${mountSmall("/mnt")} true`]).then(
  () => null,
  () => "this kernel gives no user a mount of his own",
);

test("at a file size limit a booking is refused as full, and the bookings before it stand", async () => {
  const path = await storePath();
  const said = await bookUntilFull("ulimit -f 256", path);
  expect(said.kind).toBe("full");
  expect(said.booked).toBeGreaterThan(5);
  expect(said).toMatchObject({ done: said.booked, resultBytes: said.booked });
  // and for who opens it afterwards, with room again
  const { jobs } = await openedStore(path);
  expect(await jobs.get("j")).toMatchObject({ done: said.booked });
  expect(await jobs.items("j", { limit: 1e6 })).toHaveLength(said.booked);
  const items = [{ number: said.booked, accession: "P", length: 1, refusal: null }];
  await jobs.advance("j", { from: said.booked, items, resultBytes: said.booked + 1 });
});

if (mountReason !== null) {
  test(`a full file system does not apply here: ${mountReason}`, () => {
    expect(mountReason).not.toBe("");
  });
} else {
  test("on a full file system a booking is refused as full, and the store goes on answering", async () => {
    const folder = join(dirname(await storePath()), "small");
    await mkdir(folder);
    const path = join(folder, "experiments.sqlite");
    const { stdout } = await run("bash", [
      "-c",
      `${mountSmall(folder)} "$0" "$1" "$2"`,
      process.execPath,
      program,
      path,
    ]);
    const said = JSON.parse(stdout);
    expect(said.kind).toBe("full");
    expect(said.booked).toBeGreaterThan(5);
    expect(said).toMatchObject({ done: said.booked, resultBytes: said.booked });
  });
}
