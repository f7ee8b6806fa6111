/** Asks the API. */

/** An answer that is no success, with the sentence that the server gave. */
export class ApiError extends Error {}

/** Paths that this server has. A browser writes each 404 to its console as an error: look here first. */
const paths = new Set()

/** A server that wants a token takes it from the address of the page: `/?token=…`. */
const token = new URLSearchParams(location.search).get('token')
/** For what takes no header. */
export const tokenQuery = token === null ? {} : { token }
const headers = token === null ? {} : { authorization: `Bearer ${token}` }

/** Must be awaited before anything else is asked. */
export async function learnPaths() {
  for (const path of await ask('/page-paths.json')) paths.add(path)
}

/** @param {string} path */
export const has = (path) => paths.has(path)

/**
 * @param {string} path
 * @param {Record<string, string | number | undefined>} [query] What is undefined is left out.
 */
export async function ask(path, query = {}) {
  const reply = await fetch(addressOf(path, query), { headers })
  const body = await reply.json()
  if (!reply.ok) throw new ApiError(`${body.message}. ${body.remedy}`)
  return body
}

/** The same for an endpoint that answers in bytes, or in JSON where it has nothing to show. */
export async function askBytes(path, query) {
  const reply = await fetch(addressOf(path, query), { headers })
  const isBytes = reply.headers.get('content-type')?.startsWith('application/octet-stream')
  if (reply.ok) return isBytes ? await reply.arrayBuffer() : undefined
  const body = await reply.json()
  throw new ApiError(`${body.message}. ${body.remedy}`)
}

export function addressOf(path, query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  const search = new URLSearchParams(given.map(([key, value]) => [key, `${value}`]))
  return given.length === 0 ? path : `${path}?${search}`
}
