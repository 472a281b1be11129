import type { Container, Pod } from '../../kubernetes/objects.ts';
import { type NodeContext, runBeside } from './node_context.ts';
import { keepProbing, type Probed, type ProbeKind } from './probes.ts';

export interface ProbeRequest extends Probed {
  node: NodeContext;
  pod: Pod;
  fieldPath: string;
  onStarted(): void;
  onReady(ready: boolean): void;
  /** A probe says that the container has to be started again. */
  onSick(): void;
}

/**
 * Probes a container that runs: startup first, and the others when it has succeeded. What has no readiness probe is
 * ready as soon as it is started.
 */
export function probeContainer(request: ProbeRequest, signal: AbortSignal): void {
  const { node, pod, container, fieldPath, onStarted, onReady, onSick } = request;
  const record = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    node.events.record(pod, { type, reason, message, fieldPath });

  function probe(kind: ProbeKind, onVerdict: (healthy: boolean) => 'enough' | 'on'): void {
    const rule = probeOf(container, kind);
    if (!rule) return;
    const onFailure = (problem: string) => record('Warning', 'Unhealthy', `${kind} probe failed: ${problem}`);
    runBeside(keepProbing(node.clock, rule, request, { onFailure, onVerdict }, signal), signal);
  }

  function restart(kind: ProbeKind): 'enough' {
    record('Normal', 'Killing', `Container ${container.name} failed ${kind.toLowerCase()} probe, will be restarted`);
    onSick();
    return 'enough';
  }

  function start(): 'enough' {
    onStarted();
    if (!container.readinessProbe) onReady(true);
    probe('Readiness', healthy => {
      onReady(healthy);
      return 'on';
    });
    probe('Liveness', healthy => (healthy ? 'on' : restart('Liveness')));
    return 'enough';
  }

  if (container.startupProbe) probe('Startup', healthy => (healthy ? start() : restart('Startup')));
  else start();
}

function probeOf({ startupProbe, livenessProbe, readinessProbe }: Container, kind: ProbeKind) {
  return { Startup: startupProbe, Liveness: livenessProbe, Readiness: readinessProbe }[kind];
}
