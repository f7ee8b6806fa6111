/** Asks the API. */

/** An answer that is no success, with the sentence that the server gave. */
export class ApiError extends Error {}

/**
 * @param {string} path
 * @param {Record<string, string | number>} [query]
 */
export async function ask(path, query = {}) {
  const search = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, `${value}`]))
  const reply = await fetch(`${path}?${search}`, { cache: 'no-store' })
  const body = await reply.json()
  if (!reply.ok) throw new ApiError(`${body.message}. ${body.remedy}`)
  return body
}
