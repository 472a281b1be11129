/** How a node can fail while its machine runs. */
export type NodeFailure =
  /** Nothing gets from it to the API server, or back; its pods go on. */
  | 'unreachable'
  /** Its container runtime is down: what runs goes on, and nothing is started or looked after. */
  | 'runtime_down'
  /** Its pod network isn't there: no new pod can start. */
  | 'network_down';

/** Why a node isn't ready, in a kubelet's words. */
export function problemOf(failures: ReadonlySet<NodeFailure>): string | undefined {
  if (failures.has('runtime_down')) return 'container runtime is down';
  return failures.has('network_down') ? `container runtime network not ready: ${networkText}` : undefined;
}

export function networkProblem(failures: ReadonlySet<NodeFailure>): string | undefined {
  if (!failures.has('network_down')) return undefined;
  return `network is not ready: container runtime network not ready: ${networkText}`;
}

const networkText =
  'NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';
