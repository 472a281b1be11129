import type { Lease } from '../../../kubernetes/kinds/policy.ts';
import type { Condition, Node } from '../../../kubernetes/objects.ts';
import { readinessOf } from './taints.ts';

/** What a node last said of itself, and when that was heard: by our own clock, since nodes may have another one. */
interface Health {
  heardAt: number;
  heartbeat: string;
}

const graceMs = 50_000;
const startupGraceMs = 60_000;

export interface NodeHealth {
  /** A lease was renewed, at this moment. */
  renewed(lease: Lease): void;
  /** Takes note of what the node says of itself, and says until when it counts as alive. */
  aliveUntil(node: Node): number;
  /** All nodes are given their time anew. */
  restart(): void;
  forget(name: string): void;
}

export function createNodeHealth(now: () => number): NodeHealth {
  const known = new Map<string, Health>();
  const leases = new Map<string, { renewTime: string; at: number }>();

  return {
    renewed({ metadata, spec: { renewTime = '' } }) {
      const before = leases.get(metadata.name);
      if (!before || renewTime > before.renewTime) leases.set(metadata.name, { renewTime, at: now() });
    },
    aliveUntil(node) {
      const { name } = node.metadata;
      const before = known.get(name);
      const heartbeat = heartbeatOf(node);
      const first = readinessOf(node) === undefined ? Date.parse(node.metadata.creationTimestamp ?? '') : now();
      const shownAt = !before ? first : before.heartbeat === heartbeat ? before.heardAt : now();
      known.set(name, { heardAt: shownAt, heartbeat });
      const heardAt = Math.max(shownAt, leases.get(name)?.at ?? 0);
      return heardAt + (readinessOf(node) === undefined ? startupGraceMs : graceMs);
    },
    restart() {
      for (const [name, health] of known) known.set(name, { ...health, heardAt: now() });
    },
    forget(name) {
      known.delete(name);
      leases.delete(name);
    },
  };
}

function heartbeatOf({ status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.reason === 'NodeStatusUnknown') return 'unknown';
  return JSON.stringify([(ready as { lastHeartbeatTime?: string } | undefined)?.lastHeartbeatTime, ready?.status]);
}

const watched = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** The conditions of a node that nobody has heard of for too long. */
export function unknownConditions({ metadata, status }: Node, now: string): Condition[] {
  const before = status?.conditions ?? [];
  const silent = before.map(condition =>
    watched.includes(condition.type) && condition.status !== 'Unknown'
      ? {
          ...condition,
          status: 'Unknown' as const,
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
          lastTransitionTime: now,
        }
      : condition,
  );
  const missing = watched.filter(type => !before.some(condition => condition.type === type));
  return [
    ...silent,
    ...missing.map(type => ({
      type,
      status: 'Unknown' as const,
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
      ...{ lastHeartbeatTime: metadata.creationTimestamp },
      lastTransitionTime: now,
    })),
  ];
}
