/** The checkpoints that live capture leaves: of a state that saw all of the recording. */
import type { Settings } from '../pipeline/settings.ts'
import { CheckpointStore } from './checkpoint-store.ts'
import type { Recording } from './recording.ts'
import { checkpointKey } from './replay.ts'

/** They still know of what retention deleted since; nothing else does. */
export const writersCheckpoints = (
  { path, symbols }: Pick<Recording, 'path' | 'symbols'>,
  settings: Settings,
): CheckpointStore => new CheckpointStore(path, checkpointKey(settings, symbols, 0, true))
