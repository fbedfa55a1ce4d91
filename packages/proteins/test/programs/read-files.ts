/** Prints line and id of each record of the files that its arguments name; an error ends it with 1. */
import { parseHeader } from "@performer/proteins";
import { readFastaFiles } from "@performer/proteins/node";

try {
  for await (const { header, line } of readFastaFiles(process.argv.slice(2))) {
    console.log(`${line} ${parseHeader(header).id}`);
  }
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
}
