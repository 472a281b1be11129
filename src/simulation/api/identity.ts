import { createHash } from 'node:crypto';
import { nameLetters } from '../../lib/name_letters.ts';

/**
 * Uids and name suffixes from a seed and a count, so that the same history gives the same bytes. Looking at the next
 * one does not use it up: a dry run sees what a real run would get.
 */
export interface Identities {
  nextUid(): string;
  nextName(prefix: string, taken: (name: string) => boolean): string;
  /** The last uid and name have been given to an object. */
  advance(): void;
}

export function createIdentities(seed: string): Identities {
  let count = 0;

  return {
    nextUid: () => uuidFrom(digest(`${seed}/uid/${count}`)),
    nextName(prefix, taken) {
      for (let attempt = 0; ; attempt++) {
        const name = `${prefix.slice(0, 58)}${suffixFrom(digest(`${seed}/name/${count}/${attempt}`))}`;
        if (!taken(name)) return name;
      }
    },
    advance() {
      count += 1;
    },
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function suffixFrom(bytes: Buffer): string {
  return [...bytes.subarray(0, 5)].map(byte => nameLetters[byte % nameLetters.length]).join('');
}

/** Version 4 in shape: some clients check. */
function uuidFrom(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  const variant = ((bytes[8]! & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
