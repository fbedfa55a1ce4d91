/** Waits until the disk has what was written: a rename alone may outlive a loss of power that the bytes do not. */
import { open } from "node:fs/promises";

/** The bytes of a file. */
export async function syncFile(path: string): Promise<void> {
  await sync(path, "r+");
}

/** The names in a folder. Windows cannot open folders and does not need it. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform !== "win32") await sync(path, "r");
}

async function sync(path: string, flags: "r" | "r+"): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
