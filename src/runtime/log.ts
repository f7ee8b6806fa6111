/** The log of a daemon: JSON lines on standard error, so that standard output holds results only. */
import { type Logger, pino } from 'pino'

export type Log = Pick<Logger, 'error' | 'warn' | 'info' | 'debug'>

export const openLog = (level: string): Log => pino({ level }, pino.destination(2))
