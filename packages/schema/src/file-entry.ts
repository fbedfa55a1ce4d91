/** What a manifest says of a file, so that damage is found before the file is used. */
import { z } from "zod";

export const FileEntry = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: z.int().nonnegative(),
});
export type FileEntry = z.infer<typeof FileEntry>;
