import { auditA } from './compat-a.ts'
import { auditB } from './compat-b.ts'
import type { CompatRecords } from './compat-records.ts'
import type { CompatView } from './compat-view.ts'

/** Both audits of the reference on the records collected so far. */
export const compatView = (records: CompatRecords): CompatView => ({
  a: auditA(records),
  b: auditB(records),
})
