import { execFileSync } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { connectCluster } from '../../../src/kubernetes/connect.ts';
import { createFairReads } from '../../../src/kubernetes/fair_reads.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { connectTools } from '../../../src/tools/connect.ts';
import { tools as builtIn } from '../../../src/tools/kubernetes/tools.ts';
import type { BrokenNamespace } from './broken_namespace.ts';

export type Call = [tool: string, args: Record<string, unknown>];

/** Tools to ask, whoever they belong to. */
export interface Side {
  /** All that a model reads before its first word. */
  offered: string;
  ask(call: Call): Promise<string>;
  /** What is asked next is as if nothing had been asked before. */
  forget(): void;
  close(): Promise<void>;
}

export const tokensOf = (text: string): number => Math.ceil(text.length / 4);

export async function ourSide({ embedded, clock }: BrokenNamespace): Promise<Side> {
  const cluster = await connectCluster({ server: embedded.url, requestTimeoutMs: 10_000 });
  const reads = createFairReads(cluster);
  const tools = await connectTools({ clusterFor: caller => reads.as(caller), clock, log: silentLog });
  return {
    // Also what is not offered without Alertmanager or Prometheus.
    offered: JSON.stringify(builtIn.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }))),
    ask: async ([tool, args]) => (await tools.call(tool, args)).text,
    forget: tools.invalidate,
    async close() {
      await tools.close();
      await reads.close();
      await cluster.close();
    },
  };
}

const installer = join(import.meta.dirname, '../../clients/install.sh');

/** kubernetes-mcp-server as its users run it to look only: over stdio, with what marks itself as read-only. */
export async function theirSide({ embedded }: BrokenNamespace): Promise<Side> {
  const program = join(execFileSync('bash', [installer], { encoding: 'utf8' }).trim(), 'kubernetes-mcp-server');
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-bench-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, embedded.kubeconfig(), { mode: 0o600 });
  const client = new Client({ name: 'bench', version: '1' });
  const args = ['--read-only', '--kubeconfig', kubeconfig];
  await client.connect(new StdioClientTransport({ command: program, args, stderr: 'ignore' }));
  const { tools } = await client.listTools();
  return {
    offered: JSON.stringify(tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }))),
    async ask([name, given]) {
      const { content } = await client.callTool({ name, arguments: given });
      return (content as { text?: string }[]).map(({ text = '' }) => text).join('\n');
    },
    // It keeps no answers.
    forget: () => {},
    async close() {
      await client.close();
      rmSync(folder, { recursive: true });
    },
  };
}

interface Heard {
  requests: number;
  connections: number;
}

/** What comes over HTTP to servers of this process while something is done. Controllers and nodes don't come that way. */
export async function countingRequests<T>(work: () => Promise<T>): Promise<{ result: T; heard: Heard }> {
  const sockets = new Set<unknown>();
  let requests = 0;
  const count = (message: unknown) => {
    requests += 1;
    sockets.add((message as { socket: unknown }).socket);
  };
  const started = channel('http.server.request.start');
  started.subscribe(count);
  try {
    const result = await work();
    return { result, heard: { requests, connections: sockets.size } };
  } finally {
    started.unsubscribe(count);
  }
}
