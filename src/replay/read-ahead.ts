/** The items of `source`, each asked for while the one before is in use: reading overlaps computing. */
export async function* readAhead<Item>(source: AsyncIterable<Item>): AsyncGenerator<Item> {
  const items = source[Symbol.asyncIterator]()
  let next = items.next()
  try {
    for (;;) {
      const { done, value } = await next
      if (done === true) return
      next = items.next()
      yield value
    }
  } finally {
    // Whoever stops early does not wait for what was asked for, nor hear of its failure.
    next.catch(() => undefined)
    await items.return?.()
  }
}
