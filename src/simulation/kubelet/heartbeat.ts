import type { Lease } from '../../kubernetes/kinds/policy.ts';
import type { Condition, Node } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { canonicalJson } from '../../lib/hash.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { type ApiClient, ApiError } from '../api/client.ts';
import { runBeside } from './node_context.ts';
import { fixedStatus, type NodeHealth, nodeConditions } from './node_status.ts';

const leaseNamespace = 'kube-node-lease';
const leaseSeconds = 40;
const renewEveryMs = 10_000;
const reportEveryMs = 300_000;

export interface Heartbeat {
  /** Tells the API how the node is, when that has changed. */
  report(): Promise<void>;
}

export interface HeartbeatOptions {
  client: ApiClient;
  clock: Clock;
  node: Node;
  health(): NodeHealth;
  signal: AbortSignal;
}

/** Says again and again that the node is alive: a small lease often, and its whole status now and then. */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { client, clock, node, health, signal } = options;
  const { name } = node.metadata;
  let conditions: Condition[] = [];
  let told: { text: string; at: number } | undefined;

  async function report(): Promise<void> {
    const now = clock.now();
    const current = health();
    const text = canonicalJson([[...current.pressures].sort(), current.problem]);
    if (told?.text === text && now - told.at < reportEveryMs) return;
    const next = nodeConditions(current, conditions, timestamp(now));
    const body = { status: { ...fixedStatus(node), conditions: next } };
    if (
      !(await reached(client.patch<Node>({ resource: 'nodes', name }, { type: 'merge', body, subresource: 'status' })))
    )
      return;
    conditions = next;
    told = { text, at: now };
  }

  async function renew(): Promise<void> {
    const renewTime = microTime(clock.now());
    const target = { resource: 'leases.coordination.k8s.io', name, namespace: leaseNamespace };
    const patched = await outcome(client.patch<Lease>(target, { type: 'merge', body: { spec: { renewTime } } }));
    if (patched !== 404) return;
    const owner = await client.get<Node>('nodes', name).catch(() => undefined);
    if (owner) await reached(client.create<Lease>(target.resource, newLease(owner, renewTime)));
  }

  async function beat(): Promise<void> {
    for (;;) {
      await renew();
      await report();
      await clock.sleep(renewEveryMs, signal);
    }
  }

  runBeside(beat(), signal);
  return { report };
}

function newLease({ metadata }: Node, renewTime: string): Lease {
  const { name, uid = '' } = metadata;
  const owner = { apiVersion: 'v1', kind: 'Node', name, uid };
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: leaseNamespace, ownerReferences: [owner] },
    spec: { holderIdentity: name, leaseDurationSeconds: leaseSeconds, renewTime },
  };
}

function microTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000Z`;
}

/** Whether the API took it; what it didn't take is said again at the next beat. */
async function reached(call: Promise<unknown>): Promise<boolean> {
  return (await outcome(call)) === undefined;
}

/** The code of the API's refusal. */
async function outcome(call: Promise<unknown>): Promise<number | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.code;
    throw error;
  }
}
