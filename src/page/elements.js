/** Makes elements: the page has no templates. */

/**
 * @param {string} tag @param {string} [className]
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function make(tag, className = '', ...children) {
  const element = document.createElement(tag)
  if (className !== '') element.className = className
  element.append(...children)
  return element
}

/** A bar of a share of its width. @param {string} className @param {number} share */
export function shareBar(className, share) {
  const bar = make('span', `bar ${className}`)
  bar.style.setProperty('--share', `${Math.min(1, Math.max(0, share)) * 100}%`)
  return bar
}
