/** A canvas that is as sharp as the screen, with a pen in the units of the style sheet. */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {() => void} resized What was drawn is gone.
 */
export function openCanvas(canvas, resized) {
  const context = canvas.getContext('2d')
  // Asking the element would make the browser lay out the page within each frame.
  let size = { width: canvas.clientWidth, height: canvas.clientHeight }
  new ResizeObserver(() => {
    size = { width: canvas.clientWidth, height: canvas.clientHeight }
    resized()
  }).observe(canvas)
  return {
    size: () => size,
    pen() {
      const ratio = window.devicePixelRatio
      const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)]
      if (canvas.width !== width) canvas.width = width
      if (canvas.height !== height) canvas.height = height
      context.setTransform(ratio, 0, 0, ratio, 0, 0)
      return context
    },
  }
}
