/**
 * Data preparation beside computation: the next batch is made while the present one is trained on.
 * One ahead is enough, since a batch takes far less time than a step; more would only hold memory.
 * What a batch's position says stays true, so a checkpoint resumes at the batch after the one taken.
 */
export async function* withPrefetch<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  const iterator = items[Symbol.asyncIterator]();
  const request = () => {
    const next = iterator.next();
    // an error is thrown to who takes the item, not to the process before that
    next.catch(() => {});
    return next;
  };
  let next = request();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done) return;
      next = request();
      yield value;
    }
  } finally {
    await next.catch(() => {});
    await iterator.return?.();
  }
}
