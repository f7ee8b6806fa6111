import { beforeAll, describe, expect, test } from 'vitest'
import type { AuditView } from '../../src/audits/audit-view.ts'
import { REPORT_KINDS, type ReportFile, renderReport } from '../../src/reports/report.ts'
import { auditJournal, inputOf, type Profile, simulatedJournal, viewsOf } from './audited-market.ts'

const MINUTES = 20

const PROFILES: readonly Profile[] = ['standard', 'reference']

describe.each(PROFILES)('reports of a simulated market under %s', (profile) => {
  let views: readonly AuditView[] = []
  beforeAll(async () => {
    views = viewsOf(await auditJournal(await simulatedJournal(MINUTES), { profile }))
  }, 60_000)

  test.each(REPORT_KINDS)('%s is made of the same bytes from the same views', (kind) => {
    expect(renderReport(inputOf(kind, views))).toEqual(renderReport(inputOf(kind, views)))
  })

  test.each(REPORT_KINDS)('every row of a table of %s has a cell for each head', (kind) => {
    const [markdown] = renderReport(inputOf(kind, views))
    let cells = 0
    for (const line of markdown?.text.split('\n') ?? []) {
      if (!line.startsWith('|')) {
        cells = 0
        continue
      }
      const count = line.split(/(?<!\\)\|/).length
      if (cells > 0) expect(count, line).toBe(cells)
      cells = count
    }
  })

  test.each(REPORT_KINDS)('nothing in %s is not a number, infinite or undefined', (kind) => {
    for (const { name, text } of renderReport(inputOf(kind, views))) {
      expect(text.match(/\bNaN\b|Infinity|undefined|\[object/)?.[0], name).toBeUndefined()
    }
  })

  test.each(REPORT_KINDS)(
    'pictures of %s are drawn inside their frame, and each is shown',
    (kind) => {
      const files = renderReport(inputOf(kind, views))
      const pictures = files.filter(({ name }) => name.startsWith('img/'))
      expect(pictures.length).toBeGreaterThan(0)
      for (const picture of pictures) {
        expect(files[0]?.text).toContain(`](${picture.name})`)
        expectInside(picture)
      }
      const shown = files[0]?.text.match(/\]\(img\/[^)]+\)/g) ?? []
      expect(shown.length).toBe(pictures.length)
    },
  )

  test('the twin holds the figures of the views, unrounded', () => {
    const twin = renderReport(inputOf('full', views)).find(({ name }) => name === 'full.json')
    const body = JSON.parse(twin?.text ?? '') as {
      readonly symbols: Readonly<Record<string, AuditView>>
    }
    for (const view of views) {
      expect(body.symbols[view.symbol]).toMatchObject(JSON.parse(JSON.stringify(view)) as object)
    }
  })

  test('a market of minutes gives no verdict, and the report says so', () => {
    const [markdown] = renderReport(inputOf('hit-rate', views))
    expect(markdown?.text).toContain('**No verdict: too little data.**')
  })
})

function expectInside({ name, text }: ReportFile): void {
  const size = /viewBox="0 0 (\d+) (\d+)"/.exec(text)
  const [width, height] = [Number(size?.[1]), Number(size?.[2])]
  for (const [, axis = '', value] of text.matchAll(/ (x|y|cx|cy|x1|x2|y1|y2)="([^"]+)"/g)) {
    const most = axis.includes('x') ? width : height
    expect(Number(value), `${name} ${axis}=${value}`).toBeGreaterThanOrEqual(0)
    expect(Number(value), `${name} ${axis}=${value}`).toBeLessThanOrEqual(most)
  }
}
