/**
 * Approximate shuffling of a stream in bounded memory: a buffer from which a random item leaves as
 * each new one comes. An item moves at most about `size` places towards the front; a buffer as large
 * as the stream gives a uniform permutation.
 */
import type { RandomStream } from "@performer/random";

/** The items of `items` in random order; the same stream of numbers gives the same order. */
export async function* shuffle<T>(
  items: AsyncIterable<T>,
  size: number,
  random: RandomStream,
): AsyncGenerator<T> {
  const buffer: T[] = [];
  for await (const item of items) {
    if (buffer.length < size) {
      buffer.push(item);
      continue;
    }
    const chosen = random.integer(size);
    const leaving = buffer[chosen]!;
    buffer[chosen] = item;
    yield leaving;
  }
  while (buffer.length > 0) {
    const chosen = random.integer(buffer.length);
    const leaving = buffer[chosen]!;
    buffer[chosen] = buffer.at(-1)!;
    buffer.pop();
    yield leaving;
  }
}
