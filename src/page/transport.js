/** Buttons and badge of time: play, step, speed, live or replay. */
import { make } from './elements.js'
import { clock, day, moment as momentText, span } from './format.js'

const part = (id) => document.getElementById(id)

/** @param {ReturnType<import('./moment.js').createMoment>} moment */
export function createTransport(moment) {
  const speed = part('speed')
  speed.append(
    ...moment.speeds.map((factor) => {
      const option = make('option', '', `${factor}×`)
      option.value = String(factor)
      return option
    }),
  )
  speed.addEventListener('change', () => moment.setSpeed(Number(speed.value)))
  const actions = {
    'to-start': () => moment.moveTo(moment.extent().fromMs),
    'step-back': () => moment.step(-1),
    play: () => moment.toggle(),
    'step-on': () => moment.step(1),
    'to-end': () => moment.moveTo(Number.POSITIVE_INFINITY),
  }
  for (const [id, act] of Object.entries(actions)) part(id).addEventListener('click', act)
  return {
    keys: {
      ' ': actions.play,
      ',': actions['step-back'],
      '.': actions['step-on'],
      Home: actions['to-start'],
      End: actions['to-end'],
    },
    /** @param {'live' | 'replay'} mode */
    show(mode) {
      const { fromMs, toMs } = moment.extent()
      const isLive = mode === 'live' && moment.isNewest()
      const playing = moment.isPlaying()
      speed.value = String(moment.speed())
      part('mode').hidden = false
      part('mode').textContent = isLive ? 'LIVE' : 'REPLAY'
      part('mode').classList.toggle('live', isLive)
      part('play').textContent = playing ? '❚❚' : '▶'
      part('play').setAttribute('aria-label', playing ? 'Pause' : 'Play')
      for (const id of [...Object.keys(actions), 'speed']) part(id).disabled = !moment.hasPast()
      part('to-end').disabled = moment.isNewest()
      part('as-of').textContent = asOf(moment, mode)
      const end = mode === 'live' ? 'now' : `${day(toMs)} ${clock(toMs)}`
      part('track-ends').replaceChildren(
        make('span', '', `${day(fromMs)} ${clock(fromMs)}`),
        make(
          'span',
          '',
          `${span(toMs - fromMs)} recorded${moment.hasPast() ? '' : ', only the newest is served'}`,
        ),
        make('span', '', end),
      )
    },
  }
}

function asOf(moment, mode) {
  const text = momentText(moment.shownMs())
  if (mode !== 'live' || moment.isNewest()) return text
  return `${text}, ${span(moment.extent().toMs - moment.shownMs())} behind`
}
