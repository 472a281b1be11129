import { plainEntrance } from '../../src/server/entrance.ts';
import { listen } from '../../src/server/listen.ts';
import { type Bench, bench } from '../server/support.ts';

export interface Serving extends Bench {
  /** A command line that asks this server. */
  ask(...argv: string[]): string[];
}

/** A server for command lines to ask. */
export async function serving(): Promise<Serving> {
  const desk = bench();
  const url = await listen(desk.server, { host: '127.0.0.1', port: 0 }, plainEntrance.access);
  return { ...desk, ask: (...argv) => [...argv, '--server', url] };
}
