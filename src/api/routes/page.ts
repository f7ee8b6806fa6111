/**
 * The web page: its files are read once, when the server is built, and served from memory. No
 * request reaches the file system.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { FastifyPluginCallback } from 'fastify'

const FOLDER = new URL('../../page/', import.meta.url)

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/** Nothing from elsewhere is loaded, and nobody may frame the page. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** What the page can draw. Servers differ in what they give, and the page asks for nothing that is not there. */
const PATHS_OF_THE_PAGE = [
  '/v1/bars',
  '/v1/book',
  '/v1/summary',
  '/v1/replay',
  '/v1/stream',
  '/v1/streams',
  '/v1/minutes',
  '/v1/liquidations',
  '/v1/zones',
  '/v1/zone-changes',
  '/v1/weights',
  '/v1/liq_heatmap_history',
  '/v2/liq_heatmap_history',
  '/v2/orderbook_heatmap_30s_history',
]

/** Names all modules at once: a browser would find one behind the other, a round trip each. */
function withPreloads(html: string, names: readonly string[]): string {
  const scripts = names.filter((name) => name.endsWith('.js'))
  const links = scripts.map((name) => `<link rel="modulepreload" href="/${name}" />`)
  return html.replace('<script', `${links.join('')}<script`)
}

export const pageRoutes: FastifyPluginCallback = (app, _options, done) => {
  const names = readdirSync(FOLDER)
  for (const name of names) {
    const contentType = CONTENT_TYPES[name.slice(name.lastIndexOf('.') + 1)]
    if (contentType === undefined) continue
    const file = readFileSync(new URL(name, FOLDER))
    const bytes = name === 'index.html' ? Buffer.from(withPreloads(file.toString(), names)) : file
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
    const path = name === 'index.html' ? '/' : `/${name}`
    app.get(path, (request, reply) => {
      // The files of a new version have the same names: ask each time, send only what changed.
      reply.headers({ ...SECURITY_HEADERS, 'cache-control': 'no-cache', etag })
      if (request.headers['if-none-match'] === etag) return reply.code(304).send()
      return reply.type(contentType).send(bytes)
    })
  }
  app.get('/page-paths.json', () =>
    PATHS_OF_THE_PAGE.filter((url) => app.hasRoute({ method: 'GET', url })),
  )
  done()
}
