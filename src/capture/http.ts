/** REST requests, by the `fetch` of Node. */
import { type HttpReply, RequestFailure } from './world.ts'

/**
 * Asks once. Any status is a reply.
 * @throws {RequestFailure} where none came.
 */
export async function request(
  url: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<HttpReply> {
  // `AbortSignal.any` would leave something behind on `signal`, which lives as long as the daemon.
  const request = new AbortController()
  const abort = (): void => request.abort()
  signal.addEventListener('abort', abort)
  let late = false
  const timer = setTimeout(() => {
    late = true
    abort()
  }, timeoutMs)
  try {
    const response = await fetch(url, { signal: request.signal, redirect: 'manual' })
    const body = new Uint8Array(await response.arrayBuffer())
    return { status: response.status, headers: Object.fromEntries(response.headers), body }
  } catch (error) {
    if (late) throw new RequestFailure('TIMEOUT', `no reply in ${timeoutMs} ms`, error)
    throw new RequestFailure(codeOf(error), messageOf(error), error)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const carrier = cause instanceof Error ? cause : error
  return carrier instanceof Error && 'code' in carrier ? String(carrier.code) : ''
}

/** `fetch failed` says nothing: its cause does. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (cause instanceof Error) return cause.message || codeOf(error)
  return error.message
}
