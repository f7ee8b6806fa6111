/** Says in one quiet line what this server does not give. */
import { has } from './api.js'
import { make } from './elements.js'

const PANELS = {
  zones: ['/v1/zones', 'This server does not give zones.'],
  leverage: ['/v1/weights', 'This server does not give leverage weights.'],
  streams: ['/v1/streams', 'This server does not give the health of streams.'],
}

export function showMissing() {
  for (const [id, [path, text]] of Object.entries(PANELS)) {
    if (!has(path)) document.getElementById(id)?.replaceChildren(make('p', 'muted', text))
  }
}
