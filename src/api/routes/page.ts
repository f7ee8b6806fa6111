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

export const pageRoutes: FastifyPluginCallback = (app, _options, done) => {
  for (const name of readdirSync(FOLDER)) {
    const contentType = CONTENT_TYPES[name.slice(name.lastIndexOf('.') + 1)]
    if (contentType === undefined) continue
    const bytes = readFileSync(new URL(name, FOLDER))
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
    const path = name === 'index.html' ? '/' : `/${name}`
    app.get(path, (request, reply) => {
      // The files of a new version have the same names: ask each time, send only what changed.
      reply.headers({ ...SECURITY_HEADERS, 'cache-control': 'no-cache', etag })
      if (request.headers['if-none-match'] === etag) return reply.code(304).send()
      return reply.type(contentType).send(bytes)
    })
  }
  done()
}
