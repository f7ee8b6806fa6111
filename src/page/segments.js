/** A row of buttons of which one is pressed, or any. */
import { make } from './elements.js'

/**
 * @param {HTMLElement} root
 * @param {readonly {id: string, label: string, title: string}[]} choices
 * @param {(id: string) => void} chosen
 */
export function createSegments(root, choices, chosen) {
  const buttons = new Map(
    choices.map(({ id, label, title }) => {
      const button = make('button', '', label)
      button.type = 'button'
      button.title = title
      button.dataset.id = id
      button.addEventListener('click', () => chosen(id))
      return [id, button]
    }),
  )
  root.replaceChildren(...buttons.values())
  return {
    /** @param {(id: string) => boolean} isPressed @param {(id: string) => boolean} [isThere] */
    show(isPressed, isThere = () => true) {
      for (const [id, button] of buttons) {
        button.setAttribute('aria-pressed', String(isPressed(id)))
        button.disabled = !isThere(id)
      }
    },
  }
}
