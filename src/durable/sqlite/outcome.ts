import { codeOf, messageOf } from '../../lib/errors.ts';
import { StepError } from '../engine.ts';
import { isStorageFailure } from '../store.ts';
import { decode, encode } from './json.ts';

/** How a step, a child or a run ended, as it is journaled. */
export type Outcome = { state: 'done'; value: string | null } | { state: 'failed'; value: string };

interface Failure {
  step: string;
  message: string;
  name: string;
  code?: string;
}

const longestMessage = 4000;

/**
 * Runs the work to its end. A result that isn't JSON, or is too large, counts as a failure of the work. What the disk
 * refuses says nothing about the work, and is thrown.
 */
export async function outcomeOf(
  name: string,
  work: () => unknown,
  failed: (error: unknown) => void = () => {},
): Promise<Outcome> {
  try {
    return { state: 'done', value: encode(`the result of ${name}`, await work()) };
  } catch (error) {
    if (isStorageFailure(error)) throw error;
    failed(error);
    return { state: 'failed', value: JSON.stringify(failureOf(name, error)) };
  }
}

/** The value, or the failure as StepError: the same now and whenever it is replayed. */
export function unpack<T>(outcome: Outcome): T {
  if (outcome.state === 'done') return decode(outcome.value) as T;
  const { step, message, code } = JSON.parse(outcome.value) as Failure;
  throw new StepError(step, message, code === undefined ? {} : { code });
}

function failureOf(name: string, error: unknown): Failure {
  const code = codeOf(error);
  return {
    step: error instanceof StepError ? error.step : name,
    message: messageOf(error).slice(0, longestMessage),
    name: error instanceof Error ? error.name : typeof error,
    ...(code === undefined ? {} : { code }),
  };
}
