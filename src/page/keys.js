/** The keyboard: one table from key to what it does. */

/** Where keys mean something else. */
const OWN_KEYS = 'input, select, textarea, dialog'
/** These belong to a button that has the focus. */
const BUTTON_KEYS = [' ', 'Enter']

/** @param {Readonly<Record<string, () => void>>} actions By the key as the browser names it. */
export function listenToKeys(actions) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const { target, key } = event
    const isOpen = document.querySelector('dialog[open]') !== null
    if (isOpen && key !== '?') return
    if (!isOpen && target instanceof Element && target.closest(OWN_KEYS) !== null) return
    if (target instanceof HTMLButtonElement && BUTTON_KEYS.includes(key)) return
    const act = actions[key]
    if (act === undefined) return
    event.preventDefault()
    act()
  })
}
