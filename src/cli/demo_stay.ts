import type { Lab } from '../lab.ts';
import { untilInterrupted } from './interrupt.ts';
import { writeKubeconfig } from './kubeconfig_file.ts';
import type { Terminal } from './terminal.ts';

/** Keeps the cluster up for whoever wants to look around or to break something else. */
export async function stay(
  { clock, cluster, webhookUrl }: Lab,
  speed: number,
  { out, paint }: Terminal,
): Promise<void> {
  const kubeconfig = writeKubeconfig(cluster.kubeconfig());
  try {
    clock.setSpeed(speed);
    const incidents = new URL('/api/v1/incidents', webhookUrl);
    out('');
    out('The cluster stays up. Look around, or break something else: what happens is told here.');
    out(`  ${paint('accent', `export KUBECONFIG=${kubeconfig.path}`)}`);
    out(`  ${paint('accent', 'kubectl get pods; kubectl get events; kubectl rollout history deployment')}`);
    out(`  ${paint('accent', `curl ${incidents}`)}`);
    const pace = speed === 1 ? 'at the pace of the wall (--speed 20: sooner)' : `${speed} times as fast as on the wall`;
    out(`Time goes on ${pace}. Ctrl-C ends it.`);
    await untilInterrupted();
  } finally {
    kubeconfig.remove();
  }
}
