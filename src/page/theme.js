/** Dark or light: what the system says, until the reader says otherwise. */

const KEY = 'moonreplay-theme'
const system = matchMedia('(prefers-color-scheme: dark)')
const root = document.documentElement

/** @param {() => void} changed */
export function startTheme(changed) {
  const kept = keptTheme()
  if (kept !== null) root.dataset.theme = kept
  system.addEventListener('change', changed)
}

export function toggleTheme() {
  const isDark = (root.dataset.theme ?? (system.matches ? 'dark' : 'light')) === 'dark'
  root.dataset.theme = isDark ? 'light' : 'dark'
  keepTheme(root.dataset.theme)
}

/** A browser may refuse to keep anything; then the choice lasts as long as the page. */
function keptTheme() {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

function keepTheme(theme) {
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    return
  }
}
