/** A record as the reference's language writes it: an infinity stands as a bare token, which is no JSON (`product.md` §3). */
import type { LogRecord } from './calibrator-state.ts'

/** Cannot stand in a record: no text of one holds a control character. */
const MARK = '\u0001infinity\u0001'

/** For `ref/liq_calibrator.jsonl` under `reference`; everywhere else plain JSON, with `null`. */
export const bareInfinityLine = (record: LogRecord): string =>
  JSON.stringify(record, (_, value) =>
    value === Number.POSITIVE_INFINITY ? MARK : value,
  ).replaceAll(JSON.stringify(MARK), 'Infinity')
