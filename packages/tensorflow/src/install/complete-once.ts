/**
 * All-or-nothing folders, the whole of the installer's safety: work goes on in a scratch folder,
 * and one rename makes it real. A folder that exists is therefore complete, an interrupted run
 * leaves only scratch, and finished stages are not done again.
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const SCRATCH_MARK = ".partial-";

/**
 * Makes `folder` by running `produce` on a fresh scratch folder beside it; does nothing where the
 * folder is there. Leftovers of interrupted runs are removed first. The caller holds the install
 * lock, so nobody else works here.
 *
 * @returns whether `produce` ran.
 */
export async function completeOnce(
  folder: string,
  produce: (scratch: string) => Promise<void>,
): Promise<boolean> {
  if (existsSync(folder)) return false;
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    if (name.startsWith(basename(folder) + SCRATCH_MARK)) {
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
  // The process id keeps a program that outlived its killed parent from writing into our scratch.
  const scratch = `${folder}${SCRATCH_MARK}${process.pid}`;
  await mkdir(scratch);
  try {
    await produce(scratch);
    await rename(scratch, folder);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
  return true;
}
