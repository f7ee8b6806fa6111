/** Local ISO text as the reference writes it, in UTC: microseconds, left out where they are 0. */

const DAY_S = 86_400
/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH_DAYS = 719_468
const ERA_DAYS = 146_097

export function isoTime(timeS: number): string {
  const micros = Math.round(timeS * 1e6)
  const wholeS = Math.floor(micros / 1e6)
  const days = Math.floor(wholeS / DAY_S)
  const ofDay = wholeS - days * DAY_S
  const fraction = micros - wholeS * 1e6
  const clock = [ofDay / 3600, (ofDay % 3600) / 60, ofDay % 60].map((part) => padded(part, 2))
  const text = `${dateOf(days)}T${clock.join(':')}`
  return fraction === 0 ? text : `${text}.${padded(fraction, 6)}`
}

/** The date `days` after 1970-01-01. Years are counted from March, so that leap days come last. */
function dateOf(days: number): string {
  const shifted = days + EPOCH_DAYS
  const era = Math.floor(shifted / ERA_DAYS)
  const ofEra = shifted - era * ERA_DAYS
  const yearOfEra = Math.floor(
    (ofEra -
      Math.floor(ofEra / 1460) +
      Math.floor(ofEra / 36_524) -
      Math.floor(ofEra / (ERA_DAYS - 1))) /
      365,
  )
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * ofYear + 2) / 153)
  const day = ofYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`
}

const padded = (value: number, width: number): string =>
  String(Math.floor(value)).padStart(width, '0')
