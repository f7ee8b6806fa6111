/** The documentation, made of the same schemas that answers follow: OpenAPI, and a page to read. */
import type { FastifyInstance } from 'fastify'

interface OpenApi {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Operation {
  readonly summary?: string
  readonly parameters?: readonly ParameterDoc[]
  readonly responses?: Readonly<Record<string, ResponseDoc>>
}

interface ParameterDoc {
  readonly name: string
  readonly description?: string
  readonly required?: boolean
  readonly schema?: SchemaDoc
}

interface ResponseDoc {
  readonly description?: string
  readonly content?: Readonly<Record<string, { readonly schema?: SchemaDoc }>>
}

interface SchemaDoc {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly unit?: string
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly properties?: Readonly<Record<string, SchemaDoc>>
  readonly items?: SchemaDoc
  readonly additionalProperties?: SchemaDoc | boolean
}

/** The page has its style in itself; nothing is loaded. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

export function docsRoutes(app: FastifyInstance): void {
  let page: string | undefined
  const hidden = { schema: { hide: true } }
  const document = (): OpenApi => app.swagger() as OpenApi
  for (const url of ['/docs/json', '/openapi.json']) app.get(url, hidden, () => document())
  app.get('/docs', hidden, (_request, reply) => {
    page ??= pageOf(document())
    return reply
      .header('content-security-policy', POLICY)
      .type('text/html; charset=utf-8')
      .send(page)
  })
}

const STYLE = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
code, td:first-child { font-family: ui-monospace, monospace; font-size: 0.9em; }
h2 { margin-top: 2.5rem; border-top: 1px solid #8885; padding-top: 1rem; font-size: 1.1rem; }
table { border-collapse: collapse; width: 100%; }
td { border-top: 1px solid #8883; padding: 0.2rem 0.8rem 0.2rem 0; vertical-align: top; }
td:nth-child(2) { white-space: nowrap; opacity: 0.75; }
ul { columns: 2; padding-left: 1.2rem; }
summary { cursor: pointer; }
`

function pageOf({ info, paths = {} }: OpenApi): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const isAlias = ({ summary = '' }: Operation): boolean => summary.includes('another name of')
  const own = operations.filter(({ operation }) => !isAlias(operation))
  const names = operations.filter(({ operation }) => isAlias(operation))
  const index = own.map(
    ({ path, method }) =>
      `<li><a href="#${idOf(method, path)}"><code>${method.toUpperCase()} ${escaped(path)}</code></a></li>`,
  )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(info.title)}</title><style>${STYLE}</style>
<h1>${escaped(info.title)}</h1><p>${escaped(info.description ?? '')}</p>
<p>Machine-readable: <a href="/docs/json">/docs/json</a>.</p><ul>${index.join('')}</ul>
${own.map(operationHtml).join('')}
<h2>Other names</h2><table>${names
    .map(({ path, operation }) => row(path, '', operation.summary ?? ''))
    .join('')}</table></html>`
}

const idOf = (method: string, path: string): string =>
  `${method}${path.replaceAll(/[^a-z0-9]+/gi, '-')}`

function operationHtml({
  path,
  method,
  operation,
}: {
  readonly path: string
  readonly method: string
  readonly operation: Operation
}): string {
  const parameters = (operation.parameters ?? []).map(({ name, description, schema = {} }) =>
    row(name, kindOf(schema), `${description ?? ''} ${boundsOf(schema)}`),
  )
  const answers = Object.entries(operation.responses ?? {}).map(([status, response]) => {
    const contents = Object.entries(response.content ?? {})
    const fields = contents.flatMap(([, { schema = {} }]) => [...fieldRows(schema, '')])
    const types = contents.map(([type]) => type).join(', ')
    const title = `${status} ${escaped(response.description ?? '')} <small>${escaped(types)}</small>`
    if (fields.length === 0) return `<p>${title}</p>`
    return `<details><summary>${title}</summary><table>${fields.join('')}</table></details>`
  })
  return `<h2 id="${idOf(method, path)}"><code>${method.toUpperCase()} ${escaped(path)}</code></h2>
<p>${escaped(operation.summary ?? '')}</p><table>${parameters.join('')}</table>${answers.join('')}`
}

function* fieldRows(schema: SchemaDoc, prefix: string): Generator<string> {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    yield row(`${prefix}${name}`, kindOf(field), field.description ?? '')
    const inner = field.items?.properties === undefined ? field : field.items
    if (inner.properties !== undefined) yield* fieldRows(inner, `${prefix}${name}.`)
  }
}

function kindOf({ type, unit, items, enum: choices }: SchemaDoc): string {
  if (choices !== undefined) return choices.join(' | ')
  const name = Array.isArray(type) ? type.join(' or ') : String(type ?? '')
  const of = items?.type === undefined ? '' : ` of ${String(items.type)}`
  return `${name}${of}${unit === undefined || unit === '' ? '' : `, ${unit}`}`
}

function boundsOf(schema: SchemaDoc): string {
  const { minimum, maximum, exclusiveMinimum, default: fallback } = schema
  const parts = [
    exclusiveMinimum === undefined ? '' : `above ${exclusiveMinimum}`,
    minimum === undefined ? '' : `from ${minimum}`,
    maximum === undefined ? '' : `to ${maximum}`,
    fallback === undefined ? '' : `default ${String(fallback)}`,
  ].filter((part) => part !== '')
  return parts.length === 0 ? '' : `(${parts.join(', ')})`
}

const row = (name: string, kind: string, text: string): string =>
  `<tr><td>${escaped(name)}</td><td>${escaped(kind)}</td><td>${escaped(text)}</td></tr>`

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (letter) => ENTITIES[letter] ?? letter)
