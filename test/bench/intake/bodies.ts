import { createHash } from 'node:crypto';
import { nameLetters } from '../../../src/lib/name_letters.ts';

export const alertsInBody = 10;

const namespaces = 500;
const workloadsInNamespace = 20;
const workloadsInBody = 3;
/** A repeat and a resolve speak of what was sent so many bodies before: with many connections, order is not kept. */
const later = 40;

/**
 * The bodies that an Alertmanager would send, by number: three of five bring new alerts, one repeats some, one resolves
 * some. Each is about a few workloads of one namespace, and there are 10,000 workloads.
 */
export function bodyNumber(n: number, now: number): string {
  const kind = n % 5;
  const isOld = kind >= 3 && n >= later;
  const group = isOld ? n - later - (kind - 1) : n;
  return body(group, isOld && kind === 4 ? 'resolved' : 'firing', now);
}

/** What one node that goes away sets off: alerts of pods everywhere that were on it. */
export function stormBody(n: number, now: number): string {
  return body(n, 'firing', now, { node: 'worker-13' });
}

/** Something small, each time in another namespace. */
export function quietBody(n: number, now: number): string {
  return body(n, 'firing', now, { namespace: `quiet-${n}` });
}

function body(group: number, status: string, now: number, more: Record<string, string> = {}): string {
  const namespace = `team-${group % namespaces}`;
  const common = { alertname: 'KubePodCrashLooping', cluster: 'production-eu-1', severity: 'warning', namespace };
  const alerts = Array.from({ length: alertsInBody }, (_, index) =>
    alert(group, index, status, now, { ...common, ...more }),
  );
  return JSON.stringify({
    receiver: 'alertwright',
    status,
    alerts,
    groupLabels: { alertname: common.alertname, namespace },
    commonLabels: common,
    commonAnnotations: {},
    externalURL: 'http://alertmanager.monitoring.svc:9093',
    version: '4',
    groupKey: `{}/{team="platform"}:{alertname="${common.alertname}", namespace="${namespace}"}`,
    truncatedAlerts: 0,
  });
}

function alert(group: number, index: number, status: string, now: number, labels: Record<string, string>): object {
  const digest = createHash('sha1').update(`${group}/${index}`).digest();
  const letters = [...digest].map(byte => nameLetters[byte % nameLetters.length]);
  const first = Math.floor(group / namespaces) * workloadsInBody;
  const workload = `service-${(first + (index % workloadsInBody)) % workloadsInNamespace}`;
  const pod = `${workload}-${letters.slice(0, 9).join('')}-${letters.slice(9, 14).join('')}`;
  const startsAt = new Date(now - 60_000 + index).toISOString();
  return {
    status,
    labels: {
      ...labels,
      container: workload,
      endpoint: 'http',
      instance: `10.${group % 250}.${index}.17:8080`,
      job: 'kube-state-metrics',
      pod,
      prometheus: 'monitoring/k8s',
      service: 'kube-prometheus-stack-kube-state-metrics',
      uid: digest.toString('hex').slice(0, 32),
    },
    annotations: {
      description: `Pod ${labels['namespace']}/${pod} (${workload}) is in waiting state (reason: "CrashLoopBackOff") on cluster ${labels['cluster']}.`,
      runbook_url: 'https://runbooks.prometheus-operator.dev/runbooks/kubernetes/kubepodcrashlooping',
      summary: `Pod ${pod} is crash looping.`,
    },
    startsAt,
    endsAt: status === 'resolved' ? new Date(now).toISOString() : '0001-01-01T00:00:00Z',
    generatorURL:
      'http://prometheus.monitoring.svc:9090/graph?g0.expr=max_over_time%28kube_pod_container_status_waiting_reason%7Breason%3D%22CrashLoopBackOff%22%7D%5B5m%5D%29+%3E%3D+1&g0.tab=1',
    fingerprint: digest.toString('hex').slice(0, 16),
  };
}
