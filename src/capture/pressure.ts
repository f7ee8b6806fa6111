/**
 * What gives way when the disk is slow or almost full: first the engines, which can catch up from the
 * journal, then the sockets, whose bytes wait in the network. Nothing is dropped.
 */
export interface PressureOptions {
  readonly engineBacklogBytes: number
  readonly pendingBytesMax: number
  readonly onEngines: (isPaused: boolean) => void
  readonly onSockets: (isPaused: boolean) => void
}

export class Pressure {
  readonly #options: PressureOptions
  /** Never above a quarter of what pauses the sockets: the engines go first. */
  readonly #engineBytesMax: number
  #isDiskLow: boolean = false
  #pendingBytes = 0
  enginesPaused: boolean = false
  socketsPaused: boolean = false

  constructor(options: PressureOptions) {
    this.#options = options
    this.#engineBytesMax = Math.min(options.engineBacklogBytes, options.pendingBytesMax / 4)
  }

  /** So much was appended and is not durable. */
  update(pendingBytes: number): void {
    this.#pendingBytes = pendingBytes
    const { pendingBytesMax, onSockets } = this.#options
    this.#updateEngines()
    if (!this.socketsPaused && pendingBytes > pendingBytesMax) {
      this.socketsPaused = true
      onSockets(true)
    } else if (this.socketsPaused && pendingBytes <= pendingBytesMax / 2) {
      this.socketsPaused = false
      onSockets(false)
    }
  }

  setDiskLow(isDiskLow: boolean): void {
    this.#isDiskLow = isDiskLow
    this.#updateEngines()
  }

  #updateEngines(): void {
    const backlog = this.#pendingBytes
    const mustPause = this.#isDiskLow || backlog > this.#engineBytesMax
    const mayResume = !this.#isDiskLow && backlog <= this.#engineBytesMax / 2
    if (!this.enginesPaused && mustPause) {
      this.enginesPaused = true
      this.#options.onEngines(true)
    } else if (this.enginesPaused && mayResume) {
      this.enginesPaused = false
      this.#options.onEngines(false)
    }
  }
}
