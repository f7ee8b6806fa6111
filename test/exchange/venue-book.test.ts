import { describe, expect, test } from 'vitest'
import { type DepthBody, VenueBook } from '../../src/exchange/venue-book.ts'

const snapshot = (lastUpdateId: number, bids: DepthBody['bids'] = [['100.0', '1']]): DepthBody => ({
  lastUpdateId,
  T: lastUpdateId,
  bids,
  asks: [['101.0', '1']],
})
const diff = (u: number, pu: number, bids: DepthBody['b'] = [], U = pu + 1): DepthBody => ({
  U,
  u,
  pu,
  T: u,
  b: bids,
  a: [['101.0', '2']],
})
const bidsOf = (book: VenueBook) => book.best('bids', 10).map(([price]) => price)

describe('the venue’s book', () => {
  test('joins a snapshot to the diffs that came before it', () => {
    const book = new VenueBook()
    book.takeDiff(diff(10, 5))
    book.takeDiff(diff(20, 10, [['100.5', '3']]))
    expect(book.synced).toBe(false)
    book.takeSnapshot(snapshot(10))
    expect(book.synced).toBe(true)
    expect(book.lastUpdateId).toBe(20)
    expect(bidsOf(book)).toEqual(['100.5', '100.0'])
  })

  test('joins a diff that reaches back before the snapshot', () => {
    const book = new VenueBook()
    book.takeSnapshot(snapshot(15))
    book.takeDiff(diff(20, 10, [['100.5', '3']]))
    expect(book.synced).toBe(true)
    expect(book.lastUpdateId).toBe(20)
  })

  test('trusts no level after a hole, until a snapshot comes', () => {
    const book = new VenueBook()
    book.takeSnapshot(snapshot(10))
    book.takeDiff(diff(40, 30, [['99.0', '1']]))
    expect(book.synced).toBe(false)
    expect(bidsOf(book)).toEqual(['99.0'])
    book.takeSnapshot(snapshot(20))
    expect(book.synced).toBe(false)
    book.takeSnapshot(snapshot(35))
    expect(book.synced).toBe(true)
    expect(bidsOf(book)).toEqual(['100.0', '99.0'])
    expect(book.lastUpdateId).toBe(40)
  })

  test('keeps levels beyond the last of a later snapshot, and drops those it no longer has', () => {
    const book = new VenueBook()
    book.takeSnapshot(
      snapshot(10, [
        ['100.0', '1'],
        ['99.5', '1'],
        ['90.0', '1'],
      ]),
    )
    book.takeDiff(diff(20, 10))
    book.takeSnapshot(
      snapshot(20, [
        ['100.0', '1'],
        ['99.0', '1'],
      ]),
    )
    expect(bidsOf(book)).toEqual(['100.0', '99.0', '90.0'])
  })

  test('ignores a snapshot older than the diffs it remembers', () => {
    const book = new VenueBook()
    book.takeSnapshot(snapshot(100))
    book.takeDiff(diff(110, 100, [['100.5', '1']]))
    book.takeSnapshot(snapshot(50))
    expect(bidsOf(book)).toEqual(['100.5', '100.0'])
    expect(book.lastUpdateId).toBe(110)
  })

  test('takes a diff that was delivered twice once', () => {
    const book = new VenueBook()
    book.takeSnapshot(snapshot(10))
    book.takeDiff(diff(20, 10, [['100.5', '1']]))
    book.takeDiff(diff(30, 20, [['100.5', '0']]))
    book.takeDiff(diff(20, 10, [['100.5', '1']]))
    expect(bidsOf(book)).toEqual(['100.0'])
    expect(book.synced).toBe(true)
  })
})
