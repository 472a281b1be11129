import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Workflow } from '../../../../src/durable/engine.ts';
import type { Store } from '../../../../src/durable/store.ts';
import type { Command, Report } from './protocol.ts';
import { createIncidentWorkflow } from './workload.ts';

/** A process that runs incidents in a store until it is killed, or until its parent is gone. */
export function work(open: (workflows: Record<string, Workflow>) => Store): void {
  const report = (what: Report) => writeAll(1, Buffer.from(`${JSON.stringify(what)}\n`));
  const store = open({ incident: createIncidentWorkflow(() => store.effects, report) });
  const { engine } = store;

  function obey(command: Command): void {
    const { run } = command;
    switch (command.do) {
      case 'accept':
        engine.accept([{ id: run, workflow: 'incident', input: command.input }]);
        report({ says: 'accepted', run });
        break;
      case 'approve':
        engine.send(run, 'approval', `yes to ${run}`, 'approval');
        break;
      case 'await':
        engine.result(run).then(value => report({ says: 'result', run, value }), fail);
    }
  }

  createInterface({ input: process.stdin })
    .on('line', line => obey(JSON.parse(line) as Command))
    .on('close', () => process.exit(0));
  engine.start();
  report({ says: 'ready' });
}

/** Before it returns, also when the pipe is full for a moment. */
function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(file, bytes, written);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function fail(error: unknown): void {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
}
