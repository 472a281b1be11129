import { systemClock } from '../../../src/lib/clock.ts';
import type { Operation, Step } from '../operation.ts';
import { type Answer, exchange } from './exchange.ts';
import { createNormaliser } from './normalise.ts';
import type { Side } from './side.ts';

/** What an operation came to on one side, with everything made equal that may differ. */
export interface Outcome {
  /** The status codes of the steps. */
  codes: number[];
  /** Of the last step, or of all. */
  answers: unknown[];
}

/** Does an operation on one side, in a namespace of its own. */
export async function runOperation(side: Side, { steps, every }: Operation, namespace: string): Promise<Outcome> {
  const names: Record<string, string> = { ns: namespace };
  await exchange(side, { method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } });
  const account = { metadata: { name: 'default' } };
  await exchange(side, { method: 'POST', path: `/api/v1/namespaces/${namespace}/serviceaccounts`, body: account });
  const answers: Answer[] = [];
  const made: string[] = [];
  for (const step of steps) {
    const filled = fill(step, names);
    const answer = await answerTo(side, filled);
    answers.push(answer);
    if (answer.code === 201) made.push(...madeOutside(namespace, filled, answer));
    for (const [name, path] of Object.entries(step.save ?? {})) names[name] = String(valueAt(answer.body, path));
  }
  for (const path of made.reverse()) await forget(side, path);
  const normalise = createNormaliser(namespace, steps.flatMap(generateNameOf));
  const normalised = answers.map(normalise);
  return { codes: answers.map(({ code }) => code), answers: every ? normalised : normalised.slice(-1) };
}

/** A connection that breaks is an answer as well: it must not keep the others from being compared. */
async function answerTo(side: Side, step: Step): Promise<Answer> {
  try {
    let answer = await exchange(side, step);
    for (let tries = 0; step.until !== undefined && answer.code !== step.until && tries < 40; tries++) {
      await systemClock.sleep(50);
      answer = await exchange(side, step);
    }
    return answer;
  } catch (error) {
    return { code: 0, type: '', warnings: [], body: `no answer: ${String(error)}` };
  }
}

function fill<T>(value: T, names: Record<string, string>): T {
  const text = JSON.stringify(value);
  return JSON.parse(text.replace(/\{(\w+)\}/g, (all, name: string) => names[name] ?? all)) as T;
}

function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
}

function generateNameOf({ body }: Step): string[] {
  const name = typeof body === 'object' ? valueAt(body, 'metadata.generateName') : undefined;
  return typeof name === 'string' ? [name] : [];
}

/** What lies in no namespace would meet the next run on a server that stays. */
function madeOutside(namespace: string, { method, path }: Step, { body }: Answer): string[] {
  const place = path.split('?')[0] ?? path;
  const name = valueAt(body, 'metadata.name');
  if (place.includes(`/namespaces/${namespace}/`) || typeof name !== 'string' || path.includes('dryRun')) return [];
  if (valueAt(body, 'metadata.uid') === undefined) return [];
  return [method === 'POST' ? `${place}/${name}` : place];
}

async function forget(side: Side, path: string): Promise<void> {
  const patch = { method: 'PATCH', path, type: 'application/merge-patch+json' };
  await answerTo(side, { method: 'DELETE', path: `${path}?gracePeriodSeconds=0` });
  await answerTo(side, { ...patch, body: { metadata: { finalizers: null } } });
}
