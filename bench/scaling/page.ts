/** The block of docs/scaling.md that the bench writes; all else on the page is by hand. */
const BEGIN = "<!-- measured: npm run bench -- scaling --write -->";
const END = "<!-- end of measured -->";

/** @throws {Error} where the page has no block. */
export function withBlock(page: string, block: string): string {
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (start < 0 || end < start) {
    throw new Error(
      `withBlock: expected "${BEGIN}" and "${END}" on the page, got none; put them back`,
    );
  }
  return `${page.slice(0, start + BEGIN.length)}\n\n${block}\n\n${page.slice(end)}`;
}
