import { createHmac, randomBytes } from 'node:crypto';

/** Of this process alone, so that a tag tells nothing about what it stands for. */
const key = randomBytes(32);

/** A short name for a text: the same text has the same one while we run, and nobody else can tell it beforehand. */
export function tagOf(text: string, length: number): string {
  return createHmac('sha256', key).update(text).digest('hex').slice(0, length);
}
