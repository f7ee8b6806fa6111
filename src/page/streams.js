/** Health of each stream: fresh, quiet, stale and dead told apart, with reasons. */
import { make } from './elements.js'
import { decimal, span } from './format.js'

/** @param {HTMLElement} root */
export function showStreams(root, streams) {
  if (streams.length === 0) {
    root.replaceChildren(make('p', 'muted', 'Nothing has been recorded up to this moment.'))
    return
  }
  root.replaceChildren(...streams.map(streamRow))
}

function streamRow({ name, state, ageMs, entryCount, reason }) {
  const word = make('span', 'state', state === '' ? '·' : state)
  word.dataset.state = state
  const row = make(
    'div',
    'stream',
    word,
    make('span', '', name),
    make('span', 'muted', ageMs === undefined ? '' : `${span(Math.max(0, ageMs))} ago`),
    make('span', '', entryCount === undefined ? '' : decimal(entryCount)),
  )
  row.title = reason === '' ? name : `${name}: ${reason}`
  return row
}
