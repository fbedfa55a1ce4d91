/** What the installer must know about the machine: operating system, processor, C library. */

export interface Host {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Version of glibc, "2.36"; null on musl and on systems other than Linux. */
  readonly glibc: string | null;
}

export function currentHost(): Host {
  return { platform: process.platform, arch: process.arch, glibc: glibcVersion() };
}

function glibcVersion(): string | null {
  if (process.platform !== "linux") return null;
  const report: unknown = process.report.getReport();
  if (typeof report !== "object" || report === null || !("header" in report)) return null;
  const { header } = report;
  if (typeof header !== "object" || header === null) return null;
  if (!("glibcVersionRuntime" in header)) return null;
  return typeof header.glibcVersionRuntime === "string" ? header.glibcVersionRuntime : null;
}

/** Whether a dotted version is at least another: `isAtLeast("2.36", "2.27")`. */
export function isAtLeast(version: string, minimum: string): boolean {
  const have = version.split(".").map(Number);
  for (const [index, wanted] of minimum.split(".").map(Number).entries()) {
    const part = have[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
